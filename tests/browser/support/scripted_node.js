// A node whose every word the test decides: it serves the files of web/ and
// accepts WebSockets, and does nothing of its own.

import { createServer } from "node:http";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";

import { PATIENCE_MS } from "./chromium.js";

const WEB = fileURLToPath(new URL("../../../web", import.meta.url));

export class ScriptedNode {
  #http = createServer((request, response) => this.#serve(request, response));
  #sockets = new WebSocketServer({ server: this.#http });
  #arrived = new Queue("connection");
  tokenAnswers = []; // [status, headers] of the next requests for a token

  async start() {
    this.#sockets.on("connection", (socket) =>
      this.#arrived.push(new Peer(socket)),
    );
    this.#http.listen(0, "127.0.0.1");
    await once(this.#http, "listening");
    return `http://127.0.0.1:${this.#http.address().port}`;
  }

  stop() {
    for (const one of this.#sockets.clients) one.terminate();
    this.#http.close();
    this.#http.closeAllConnections();
  }

  /// The next connection that a client makes.
  connection() {
    return this.#arrived.next();
  }

  async #serve({ url }, response) {
    const path = new URL(url, "http://node").pathname;
    if (path === "/token") {
      const [status, headers] = this.tokenAnswers.shift() ?? [200, {}];
      return response.writeHead(status, headers).end("token");
    }
    if (path === "/")
      return response.end("<!doctype html><title>empty</title>");
    if (!path.endsWith(".js")) return response.writeHead(404).end();
    response.setHeader("Content-Type", "text/javascript");
    response.end(await readFile(WEB + path));
  }
}

/// The node's end of one connection.
class Peer {
  #socket;
  #said = new Queue("message");
  #closed;

  constructor(socket) {
    this.#socket = socket;
    this.#closed = once(socket, "close");
    socket.on("message", (data) => this.#said.push(JSON.parse(data)));
  }

  send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  welcome() {
    this.send({ event: "welcome", user: "wren", node: "n-1" });
  }

  /// The client's next message; its pings are answered here.
  async hears(event) {
    for (;;) {
      const message = await this.#said.next();
      if (message.event === event) return message;
      if (message.event !== "ping")
        throw new Error(`${message.event} instead of ${event}`);
      this.send({ event: "reply", id: message.id });
    }
  }

  close(code, reason) {
    this.#socket.close(code, reason);
  }

  /// Ends it without a close frame.
  cut() {
    this.#socket.terminate();
  }

  /// The code with which it ended.
  async ended() {
    const [code, reason] = await this.#closed;
    return { code, reason: String(reason) };
  }
}

/// Things that come, for one who waits.
class Queue {
  #what;
  #things = [];
  #waiting = [];

  constructor(what) {
    this.#what = what;
  }

  push(thing) {
    if (this.#waiting.length > 0) this.#waiting.shift()(thing);
    else this.#things.push(thing);
  }

  next() {
    if (this.#things.length > 0) return Promise.resolve(this.#things.shift());
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`no ${this.#what} in time`));
      const timer = setTimeout(late, PATIENCE_MS);
      this.#waiting.push((thing) => {
        clearTimeout(timer);
        resolve(thing);
      });
    });
  }
}

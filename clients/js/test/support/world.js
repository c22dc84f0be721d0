// A node, a way to it that can be cut, and clients, which end with their test.

import { createRequire } from "node:module";
import { WebSocket } from "ws";

import { RookeryNode, tokenFor } from "./node.js";
import { Proxy } from "./proxy.js";
import { Client } from "./sdk.js";
import { until } from "./waiting.js";

const msgpack = createRequire(import.meta.url)("@msgpack/msgpack");

export class World {
  node;
  proxy;
  proxyPort = 0; // of the way that can be cut
  #clients = [];

  /// `more` is HOCON behind the node's settings.
  constructor(more) {
    this.node = new RookeryNode(more);
  }

  async start() {
    await this.node.start();
    this.proxy = new Proxy(this.node.port);
    this.proxyPort = await this.proxy.start();
  }

  /// A client of this user that connects. `cuttable`: through the proxy.
  client(user, { cuttable = false, encoding = "json", ...options } = {}) {
    const port = cuttable ? this.proxyPort : this.node.port;
    const one = new Client({
      url: `ws://127.0.0.1:${port}/ws`,
      token: () => tokenFor(user),
      webSocket: WebSocket,
      encoding,
      msgpack,
      backoff: { baseMs: 20, capMs: 200 },
      publishTimeoutMs: 60_000,
      requestTimeoutMs: 60_000,
      ...options,
    });
    this.#clients.push(one);
    return one.connect();
  }

  closeClients() {
    for (const one of this.#clients.splice(0)) one.close();
  }

  async end() {
    this.closeClients(); // a test that skips itself runs no afterEach
    this.proxy?.stop();
    await this.node.end();
  }
}

/// The first `live` of a subscription, from which on all of it is told.
export function live(subscription) {
  let is = false;
  subscription.on("live", () => (is = true));
  subscription.on("refused", (error) => {
    throw error;
  });
  return until(`${subscription.topic} is live`, () => is);
}

/// The data of all messages that a subscription tells.
export function heard(subscription) {
  const data = [];
  subscription.on("message", (message) => data.push(message.data));
  return data;
}

/// The numbers from 0 up to a bound.
export const upTo = (bound) => Array.from({ length: bound }, (_, at) => at);

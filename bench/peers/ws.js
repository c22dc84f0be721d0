// npm's `ws` with the topics that most programs write on top of it.
// usage: node ws.js PORT [CERTIFICATE KEY]
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { WebSocketServer } from "ws";

const [port, certificate, key] = process.argv.slice(2);
const http = certificate
  ? createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) })
  : createServer();
const topics = new Map();

function subscribe(socket, topic) {
  if (!topics.has(topic)) topics.set(topic, new Set());
  const subscribers = topics.get(topic);
  subscribers.add(socket);
  socket.on("close", () => subscribers.delete(socket));
  socket.send("ok");
}

function publish(topic, payload) {
  for (const socket of topics.get(topic) ?? []) socket.send(payload);
}

// "s<topic>" subscribes and is answered "ok"; "p<topic> <payload>" publishes.
function onMessage(socket, text) {
  if (text[0] === "s") return subscribe(socket, text.slice(1));
  const space = text.indexOf(" ");
  publish(text.slice(1, space), text.slice(space + 1));
}

new WebSocketServer({ server: http, perMessageDeflate: false }).on("connection", (socket) => {
  socket.on("message", (data) => onMessage(socket, data.toString()));
  socket.on("error", () => socket.terminate());
});
http.listen(Number(port), "127.0.0.1", 4096);

// npm's `socket.io` with its rooms, on `ws`.
// usage: node socketio.js PORT [CERTIFICATE KEY]
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { Server } from "socket.io";

const [port, certificate, key] = process.argv.slice(2);
const http = certificate
  ? createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) })
  : createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => {
  socket.on("subscribe", (topic, answer) => {
    socket.join(topic);
    answer();
  });
  socket.on("publish", (topic, payload) => io.to(topic).emit("message", payload));
});
http.listen(Number(port), "127.0.0.1", 4096);

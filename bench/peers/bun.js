// Bun's own server and topics (uWebSockets), run by bun.
// usage: bun bun.js PORT [CERTIFICATE KEY]
const [port, certificate, key] = process.argv.slice(2);

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  tls: certificate && { cert: Bun.file(certificate), key: Bun.file(key) },
  fetch(request, server) {
    if (!server.upgrade(request)) return new Response("WebSocket only", { status: 400 });
  },
  websocket: {
    // "s<topic>" subscribes and is answered "ok"; "p<topic> <payload>" publishes.
    message(socket, text) {
      if (text[0] === "s") {
        socket.subscribe(text.slice(1));
        socket.send("ok");
      } else {
        const space = text.indexOf(" ");
        socket.publish(text.slice(1, space), text.slice(space + 1));
      }
    },
  },
});

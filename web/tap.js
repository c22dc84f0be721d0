// The page's WebSockets: the browser's own, with a view of what goes over them
// and a way to say anything on them.

export class Tap {
  #socket = null;
  /// For the client to connect with.
  WebSocket;

  /// Calls frame(direction, text) for what went over the wire, and note(text)
  /// for what happened to the connection itself.
  constructor({ frame, note }) {
    const opened = (socket) => (this.#socket = socket);
    this.WebSocket = class extends WebSocket {
      constructor(url, protocols) {
        super(url, protocols);
        opened(this);
        note(`connecting with ${protocols}`);
        this.addEventListener("message", ({ data }) => frame("in", data));
        this.addEventListener("close", ({ code, reason }) =>
          note(`closed with ${code} ${reason}`),
        );
      }

      send(text) {
        super.send(text);
        frame("out", text);
      }
    };
  }

  /// Says text as it is, right or wrong.
  say(text) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  /// Ends the connection as if the network had; the client comes back.
  drop() {
    this.#socket?.close(3000, "dropped by hand");
  }
}

// A way to the node that the test can cut, in the middle of anything.

import { connect, createServer } from "node:net";
import { once } from "node:events";

export class Proxy {
  #port;
  #pairs = new Set();
  #server = createServer((near) => this.#onConnection(near));
  /// While it is false, who connects is dropped at once.
  open = true;
  /// Connections that were let through.
  count = 0;

  constructor(port) {
    this.#port = port;
  }

  async start() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this.#server.address().port;
  }

  /// Ends all connections without a word.
  cut() {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    this.#pairs.clear();
  }

  stop() {
    this.cut();
    this.#server.close();
  }

  #onConnection(near) {
    if (!this.open) return near.resetAndDestroy();
    this.count += 1;
    const far = connect(this.#port, "127.0.0.1");
    const pair = [near, far];
    this.#pairs.add(pair);
    for (const [one, other] of [pair, [far, near]]) {
      one.on("error", () => {});
      one.on("close", () => {
        this.#pairs.delete(pair);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}

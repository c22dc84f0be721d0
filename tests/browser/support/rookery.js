// A node under test: `rookery serve` with the demo on, on the loopback.

import { RookeryProcess } from "../../../clients/js/test/support/rookery_process.js";

const settings = (port) => `
node { threads = 2 }
http { address = "127.0.0.1", port = ${port}, internal-port = 0, demo = true }
topics {
  room { match = "room.*", kind = room }
  live { match = "live.>", kind = topic }
}
log { format = json }
`;

export class Rookery extends RookeryProcess {
  /// `more` is HOCON behind the settings above.
  constructor(more = "") {
    super((port) => settings(port) + more);
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }
}

// A node under test: `rookery serve` with the demo on, on the loopback.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const settings = (port) => `
node { threads = 2 }
http { address = "127.0.0.1", port = ${port}, internal-port = 0, demo = true }
topics {
  room { match = "room.*", kind = room }
  live { match = "live.>", kind = topic }
}
log { format = json }
`;

export class Rookery {
  #program;
  #process = null;
  #folder = "";
  port = 0;

  constructor(program) {
    this.#program = program;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /// Starts on a free port; the next start is on the same one.
  async start() {
    this.#folder ||= await mkdtemp(join(tmpdir(), "rookery-"));
    const config = join(this.#folder, "node.conf");
    await writeFile(config, settings(this.port));
    const stdio = ["ignore", "inherit", "pipe"];
    this.#process = spawn(this.#program, ["serve", "-c", config], { stdio });
    this.port = await this.#readiness();
  }

  /// The port, as soon as the node says that it is ready.
  async #readiness() {
    const said = [];
    const lines = createInterface({ input: this.#process.stderr });
    const ready = new Promise((resolve, reject) => {
      lines.on("line", (line) => {
        said.push(line);
        const found = line.includes("node.ready") && /"port":"?(\d+)/.exec(line);
        if (found) resolve(Number(found[1]));
      });
      lines.on("close", () => reject(new Error(said.join("\n"))));
    });
    this.complaints = () => said.join("\n");
    return ready;
  }

  /// Stops in order; an exit code that is not 0 (a sanitizer's finding, for
  /// one) is an error.
  async stop() {
    if (!this.#process) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const [code, signal] = await exit;
    this.#process = null;
    if (code !== 0)
      throw new Error(`exit code ${code ?? signal}\n${this.complaints()}`);
  }

  async end() {
    try {
      await this.stop();
    } finally {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }
}

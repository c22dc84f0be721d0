// A node under test: `rookery serve` with the demo on, on the loopback.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { PATIENCE_MS } from "./chromium.js";

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
  #more;
  #process = null;
  #exit = null; // comes with the exit code and the signal
  #folder = "";
  #said = []; // the lines of its log
  port = 0;

  /// `more` is HOCON behind the settings above.
  constructor(program, more = "") {
    this.#program = program;
    this.#more = more;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /// Starts on a free port; the next start is on the same one.
  async start() {
    this.#folder ||= await mkdtemp(join(tmpdir(), "rookery-"));
    const config = join(this.#folder, "node.conf");
    await writeFile(config, settings(this.port) + this.#more);
    // Whatever ends this test ends its node, too.
    const command = [
      "--pdeathsig",
      "KILL",
      this.#program,
      "serve",
      "-c",
      config,
    ];
    const stdio = ["ignore", "inherit", "pipe"];
    this.#process = spawn("setpriv", command, { stdio });
    this.#exit = once(this.#process, "exit");
    this.port = await this.#readiness();
  }

  /// The port, as soon as the node says that it is ready.
  #readiness() {
    this.#said = [];
    const lines = createInterface({ input: this.#process.stderr });
    return new Promise((resolve, reject) => {
      lines.on("line", (line) => {
        this.#said.push(line);
        const found = /node\.ready.*"port":"?(\d+)/.exec(line);
        if (found) resolve(Number(found[1]));
      });
      lines.on("close", () => reject(new Error(this.#said.join("\n"))));
    });
  }

  /// Ends it in the middle of whatever it does.
  async kill() {
    this.#process.kill("SIGKILL");
    await this.#exit;
    this.#process = null;
  }

  /// Stops in order; an exit code that is not 0 (a sanitizer's finding, for
  /// one) is an error.
  async stop() {
    if (!this.#process) return;
    this.#process.kill("SIGTERM");
    const late = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE_MS);
    const [code, signal] = await this.#exit;
    clearTimeout(late);
    this.#process = null;
    if (code === 0) return;
    const how = signal ? "it did not stop" : `exit code ${code}`;
    throw new Error(`${how}\n${this.#said.join("\n")}`);
  }

  async end() {
    try {
      await this.stop();
    } finally {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }
}

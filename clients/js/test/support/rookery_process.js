// `rookery serve` of the program in ROOKERY.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { PATIENCE_MS } from "./waiting.js";

export class RookeryProcess {
  #settings;
  #process = null;
  #exit = null; // comes with the exit code and the signal
  #folder = "";
  #said = []; // the lines of its log
  port = 0;

  /// `settings` gives the HOCON of a node on this port, 0 for any that is free.
  constructor(settings) {
    this.#settings = settings;
  }

  /// Starts on a free port; the next start is on the same one.
  async start() {
    const program = process.env.ROOKERY;
    if (!program) throw new Error("ROOKERY must name the server's program");
    this.#folder ||= await mkdtemp(join(tmpdir(), "rookery-"));
    const config = join(this.#folder, "node.conf");
    await writeFile(config, this.#settings(this.port));
    // Whatever ends this test ends its node, too.
    const command = ["--pdeathsig", "KILL", program, "serve", "-c", config];
    const stdio = ["ignore", "inherit", "pipe"];
    this.#process = spawn("setpriv", command, { stdio });
    this.#exit = once(this.#process, "exit");
    try {
      this.port = await this.#readiness();
    } catch (error) {
      this.#process = null; // it has ended by itself
      throw error;
    }
  }

  /// The port, as soon as the node says that it is ready.
  #readiness() {
    this.#said = [];
    const lines = createInterface({ input: this.#process.stderr });
    return new Promise((resolve, reject) => {
      lines.on("line", (line) => {
        this.#said.push(line);
        const found = /node\.ready.*?"port":"?(\d+)/.exec(line);
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

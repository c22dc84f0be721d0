// A node under test: `rookery serve` of the program in ROOKERY, on the loopback.

import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { PATIENCE_MS } from "./waiting.js";

export const SECRET = "sdk-tests-only-0123456789abcdefghi";

const settings = (port) => `
node { threads = 2 }
http { address = "127.0.0.1", port = ${port}, internal-port = 0 }
session { token { hmac-secret = "${SECRET}" } }
topics {
  # Remembers more than a client can miss on a machine that is busy.
  chat { match = "chat.*", kind = room, history-messages = 1000000,
         history-bytes = 64 MiB }
  small { match = "small.*", kind = room, history-messages = 5 }
  news { match = "news.>", kind = topic }
}
log { format = json }
`;

/// A token for a user, as an application's server makes it.
export function tokenFor(user, { secret = SECRET, lastsS = 3600 } = {}) {
  const exp = Math.floor(Date.now() / 1000) + lastsS;
  const parts = [
    { alg: "HS256", typ: "JWT" },
    { sub: user, exp },
  ];
  const signed = parts
    .map((one) => Buffer.from(JSON.stringify(one)).toString("base64url"))
    .join(".");
  const mac = createHmac("sha256", secret).update(signed).digest("base64url");
  return `${signed}.${mac}`;
}

export class RookeryNode {
  #process = null;
  #exit = null; // comes with the exit code and the signal
  #folder = "";
  #said = []; // the lines of its log
  port = 0;
  #more;

  /// `more` is HOCON behind the settings above.
  constructor(more = "") {
    this.#more = more;
  }

  /// Starts on a free port; the next start is on the same one.
  async start() {
    const program = process.env.ROOKERY;
    if (!program) throw new Error("ROOKERY must name the server's program");
    this.#folder ||= await mkdtemp(join(tmpdir(), "rookery-"));
    const config = join(this.#folder, "node.conf");
    await writeFile(config, settings(this.port) + this.#more);
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

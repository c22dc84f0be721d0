// nats-server and nodes of one cluster, with the demo on, on the loopback.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { Rookery } from "./rookery.js";

/// Of NATS; it takes any port that is free.
const NATS = (folder) => `
host: 127.0.0.1
port: -1
max_payload: 2097152
jetstream { store_dir: "${folder}/store" }
`;

/// All nodes take each other's tokens.
const NODE = (number, nats) => `
node { name = "n${number}", threads = 1 }
session { token { hmac-secret = "browser-tests-only-0123456789abcdef" } }
topics { lobby { match = "lobby.*", kind = lobby } }
cluster {
  enabled = true, name = "browser"
  heartbeat-interval = 250ms, failure-timeout = 2s
  nats { servers = ["${nats}"], ping-interval = 1s }
}
`;

class Nats {
  #process;
  #folder;

  /// Its address, as soon as clients may come.
  async start() {
    this.#folder = await mkdtemp(join(tmpdir(), "rookery-nats-"));
    const config = join(this.#folder, "nats.conf");
    await writeFile(config, NATS(this.#folder));
    const command = ["--pdeathsig", "KILL", "nats-server", "-c", config];
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
    const stdio = ["ignore", "inherit", "pipe"];
    this.#process = spawn("setpriv", command, { env, stdio });
    const lines = createInterface({ input: this.#process.stderr });
    const said = [];
    return new Promise((resolve, reject) => {
      let url;
      lines.on("line", (line) => {
        said.push(line);
        const found = /client connections on (127\.0\.0\.1:\d+)/.exec(line);
        if (found) url = `nats://${found[1]}`;
        if (line.includes("Server is ready")) resolve(url);
      });
      lines.on("close", () => reject(new Error(said.join("\n"))));
    });
  }

  async end() {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export class Cluster {
  #nats = new Nats();
  nodes = [];

  constructor(count) {
    this.count = count;
  }

  async start() {
    const nats = await this.#nats.start();
    for (let number = 1; number <= this.count; number += 1)
      this.nodes.push(new Rookery(NODE(number, nats)));
    await Promise.all(this.nodes.map((one) => one.start()));
  }

  /// Without a warning.
  kill(at) {
    return this.nodes[at].kill();
  }

  async end() {
    await Promise.all(this.nodes.map((one) => one.end()));
    await this.#nats.end();
  }
}

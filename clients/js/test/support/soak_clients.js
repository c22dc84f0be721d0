// soak_clients.js URL[,URL...] --topic T [OPTION...]: clients that follow one topic
// and publish to it while somebody else kills and restarts nodes, on their ports.
//
//   --clients N     subscribe and resume (10)
//   --publishers M  of those publish {from, n}, one message at a time (2)
//   --every-ms MS   pause of a publisher between two messages (20)
//   --seconds S     then stop as if told so (60)
//   --deadline S    for the end: receipts, and everybody at the newest (60)
//   --secret S      HMAC key of the users' tokens (that of these tests)
//
// Says "live" on stderr when all are subscribed. "stop" on stdin, SIGTERM or
// SIGINT stop it: publishers end, their receipts come, all clients reach a last
// message, and one line of JSON on stdout says what each was told, with a
// verdict (judge.js). Exits with 0 if nothing is wrong, 1 if something is, 2 for
// a wrong command line.

import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";

import { judge } from "./judge.js";
import { SECRET, tokenFor } from "./node.js";
import { Client } from "./sdk.js";

const POLL_MS = 20;
/// By then all clients are subscribed.
const START_MS = 60_000;
/// A last message that has not reached all by then may have died with its node.
const MARK_MS = 2_000;
const EXAMPLES_MAX = 10;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const say = (line) => process.stderr.write(`${line}\n`);

function optionsOf(args) {
  const text = (value) => ({ type: "string", default: value });
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      topic: { type: "string" },
      clients: text("10"),
      publishers: text("2"),
      "every-ms": text("20"),
      seconds: text("60"),
      deadline: text("60"),
      secret: text(SECRET),
    },
  });
  const number = (name) => {
    const value = Number(values[name]);
    if (values[name] === "" || !(value >= 0))
      throw new Error(`--${name} wants a number`);
    return value;
  };
  const options = {
    url: positionals[0]?.split(","),
    topic: values.topic,
    secret: values.secret,
    clients: number("clients"),
    publishers: number("publishers"),
    everyMs: number("every-ms"),
    runMs: number("seconds") * 1000,
    deadlineMs: number("deadline") * 1000,
  };
  if (positionals.length !== 1 || !options.topic)
    throw new Error("usage: soak_clients.js URL --topic T [OPTION...]");
  if (options.publishers > options.clients)
    throw new Error("--publishers: no more than --clients");
  return options;
}

/// One client, and all that it was told.
class Follower {
  #client;
  #room;
  begin; // position of the first answer
  log = [];
  connects = 0;
  errors = [];

  constructor(name, { url, topic, secret, runMs, deadlineMs }) {
    this.name = name;
    this.#client = new Client({
      url,
      token: () => tokenFor(name, { secret, lastsS: 86_400 }),
      webSocket: WebSocket,
      backoff: { baseMs: 50, capMs: 1000 },
      publishTimeoutMs: runMs + 2 * deadlineMs,
    });
    this.#room = this.#client.subscribe(topic);
    this.#listen(this.#room);
    this.#client.on("stopped", (error) => this.errors.push(error.message));
    this.#client.connect();
  }

  #listen(room) {
    room.on("subscribed", ({ epoch, offset }) => {
      this.connects += 1;
      this.begin ??= { epoch, offset };
    });
    room.on("message", ({ offset, data }) => {
      const { from, n } = data ?? {};
      if (from === undefined) return; // of somebody else
      this.log.push({ epoch: room.position?.epoch, offset, from, n });
    });
    room.on("reset", ({ reason, from, to }) =>
      this.log.push({ reset: { reason, from, to } }),
    );
    room.on("refused", (error) => this.errors.push(error.message));
  }

  hasReached({ epoch, offset }) {
    const position = this.#room.position;
    return position?.epoch === epoch && position.offset >= offset;
  }

  async publish(from, n, options) {
    const { epoch, offset } = await this.#room.publish({ from, n }, options);
    return { epoch, offset, from, n };
  }

  close() {
    this.#client.close();
  }
}

class Soak {
  #options;
  #followers;
  #receipts = [];
  #unreceipted = 0;
  #stop; // makes `stopped` come true
  #stopping = false;
  #stopped = new Promise((done) => (this.#stop = done));

  constructor(options) {
    this.#options = options;
    this.#followers = Array.from(
      { length: options.clients },
      (_, at) => new Follower(`soak-${at}`, options),
    );
  }

  stop() {
    this.#stopping = true;
    this.#stop();
  }

  async run() {
    const { publishers, runMs } = this.#options;
    const all = () => this.#followers.every(({ begin }) => begin);
    const ready = () => all() || this.#stopping;
    await this.#holdsBy(performance.now() + START_MS, ready);
    let complete = false;
    if (all()) {
      say("live");
      const writers = this.#followers.slice(0, publishers);
      const written = writers.map((one) => this.#write(one));
      const end = setTimeout(() => this.stop(), runMs);
      await this.#stopped;
      clearTimeout(end);
      complete = await this.#finish(written);
    }
    for (const one of this.#followers) one.close();
    return this.#report(complete);
  }

  /// Publishes, each message after the receipt of the one before.
  async #write(follower) {
    try {
      for (let n = 0; !this.#stopping; n += 1) {
        this.#receipts.push(await follower.publish(follower.name, n));
        await pause(this.#options.everyMs);
      }
    } catch (error) {
      this.#unreceipted += 1;
      follower.errors.push(error.message);
    }
  }

  /// True when all receipts came, and everybody has a message that was
  /// published after them.
  async #finish(written) {
    const end = performance.now() + this.#options.deadlineMs;
    let settled = false;
    void Promise.all(written).then(() => (settled = true));
    const receipted = () => settled && this.#unreceipted === 0;
    if (!(await this.#holdsBy(end, receipted))) return false;
    for (let n = 0; performance.now() < end; n += 1) {
      const timeoutMs = Math.max(1, end - performance.now());
      const mark = await this.#followers[0]
        .publish("end", n, { timeoutMs })
        .catch(() => undefined);
      if (!mark) return false;
      this.#receipts.push(mark);
      const reached = () =>
        this.#followers.every((one) => one.hasReached(mark));
      const soon = Math.min(end, performance.now() + MARK_MS);
      if (await this.#holdsBy(soon, reached)) return true;
    }
    return false;
  }

  async #holdsBy(end, condition) {
    while (!condition()) {
      if (performance.now() > end) return false;
      await pause(POLL_MS);
    }
    return true;
  }

  #report(complete) {
    const begun = this.#followers.filter(({ begin }) => begin);
    const judged = judge(begun, this.#receipts);
    const kinds = ["lost", "repeated", "reordered"];
    const total = (kind) =>
      judged.reduce((sum, one) => sum + one[kind].length, 0);
    const verdict = Object.fromEntries(
      kinds.map((kind) => [kind, total(kind)]),
    );
    const examples = judged.flatMap((one) =>
      kinds.flatMap((kind) =>
        one[kind].map((entry) => ({ client: one.name, kind, ...entry })),
      ),
    );
    return {
      ok: complete && kinds.every((kind) => verdict[kind] === 0),
      complete,
      receipts: this.#receipts.length,
      unreceipted: this.#unreceipted,
      epochs: new Set(this.#receipts.map(({ epoch }) => epoch)).size,
      verdict,
      clients: judged.map((one, at) => ({
        ...one,
        ...Object.fromEntries(kinds.map((kind) => [kind, one[kind].length])),
        connects: begun[at].connects,
        errors: [...new Set(begun[at].errors)],
      })),
      never_subscribed: this.#followers.length - begun.length,
      examples: examples.slice(0, EXAMPLES_MAX),
    };
  }
}

let options;
try {
  options = optionsOf(process.argv.slice(2));
} catch (error) {
  say(error.message);
  process.exit(2);
}
const soak = new Soak(options);
for (const signal of ["SIGTERM", "SIGINT"])
  process.on(signal, () => soak.stop());
createInterface({ input: process.stdin }).on("line", (line) => {
  if (line.trim() === "stop") soak.stop();
});
const report = await soak.run();
process.stdout.write(`${JSON.stringify(report)}\n`, () =>
  process.exit(report.ok ? 0 : 1),
);

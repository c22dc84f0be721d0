// cluster_clients.js URL... --topics T,T [OPTION...]: clients of the SDK that
// follow topics through any of several nodes, and publish to them, while
// somebody else ends nodes and cuts them off.
//
//   --clients N     each follows all topics but one, if there are more (8)
//   --publishers M  of those publish {from, n}, one message at a time (4)
//   --every-ms MS   pause of a publisher between two messages (20)
//   --deadline S    for the end: receipts, and everybody at the newest (60)
//   --secret S      HMAC key of the users' tokens (that of these tests)
//
// Says "live" on stderr when all are subscribed. "stop" on stdin stops the
// publishers; when their receipts are there and all clients have a last message
// of each topic, one line of JSON on stdout says what was told and receipted:
// {complete, clients, receipts, errors}. The clients stay until stdin ends: who
// wants to may look at who is there meanwhile. tests/chaos/judge.py judges.

import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";

import { SECRET, tokenFor } from "./node.js";
import { Client } from "./sdk.js";

const POLL_MS = 20;
const MARK_MS = 3_000;
const FOREVER_MS = 3_600_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const pick = (all) => all[Math.floor(Math.random() * all.length)];

const text = (value) => ({ type: "string", default: value });
const { values, positionals: urls } = parseArgs({
  allowPositionals: true,
  options: {
    topics: { type: "string" },
    clients: text("8"),
    publishers: text("4"),
    "every-ms": text("20"),
    deadline: text("60"),
    secret: text(SECRET),
  },
});
const topics = values.topics.split(",");
const deadlineMs = Number(values.deadline) * 1000;

/// Each connection goes to a node by chance.
class AnyNode extends WebSocket {
  constructor(_, protocols) {
    super(pick(urls), protocols);
  }
}

async function holdsBy(end, condition) {
  while (!condition()) {
    if (performance.now() > end) return false;
    await pause(POLL_MS);
  }
  return true;
}

/// One topic as one client is told of it.
class Log {
  begin; // position of the first answer
  answers = []; // positions of all answers
  entries = [];

  constructor(name, topic, room) {
    Object.assign(this, { name, topic, room });
    const note = (kind, fields) => this.entries.push({ kind, ...fields });
    const at = (offset) => ({ epoch: room.position?.epoch, offset });
    room.on("subscribed", ({ epoch, offset }) => {
      this.begin ??= { epoch, offset };
      this.answers.push({ epoch, offset });
    });
    room.on("message", ({ offset, data }) =>
      note("message", { ...at(offset), from: data.from, n: data.n }),
    );
    for (const kind of ["joined", "left"])
      room.on(kind, ({ offset, member }) =>
        note(kind, { ...at(offset), user: member.user }),
      );
    room.on("reset", ({ reason, from, to }) =>
      note("reset", { reason, from, to }),
    );
    room.on("refused", ({ message }) => note("refused", { message }));
  }

  has({ epoch, offset }) {
    const position = this.room.position;
    return position?.epoch === epoch && position.offset >= offset;
  }

  shown() {
    const { name, topic, begin, answers, entries } = this;
    return { name, topic, begin, answers, log: entries };
  }
}

class Member {
  connects = 0;
  errors = [];

  constructor(number) {
    this.name = `sdk-${number}`;
    this.client = new Client({
      url: urls[0],
      token: () => tokenFor(this.name, { secret: values.secret }),
      webSocket: AnyNode,
      backoff: { baseMs: 50, capMs: 1000 },
      requestTimeoutMs: 8_000,
      publishTimeoutMs: FOREVER_MS,
      pingIntervalMs: number % 2 ? 1_000 : 3_000,
    });
    this.client.on("state", ({ phase }) => (this.connects += phase === "open"));
    this.client.on("stopped", ({ message }) => this.errors.push(message));
    const left = topics.length > 1 ? number % (topics.length + 1) : -1;
    this.logs = topics
      .filter((_, at) => at !== left)
      .map((topic) => new Log(this.name, topic, this.client.subscribe(topic)));
    this.client.connect();
  }
}

const members = Array.from(
  { length: Number(values.clients) },
  (_, number) => new Member(number),
);
const logs = members.flatMap((one) => one.logs);
const receipts = [];
let stopping = false;

async function publish(log, from, n, options) {
  const { epoch, offset } = await log.room.publish({ from, n }, options);
  receipts.push({ topic: log.topic, epoch, offset, from, n });
  return { epoch, offset };
}

/// Publishes to one topic after the other, each message after the receipt of
/// the one before.
async function write({ logs: own, name, errors }) {
  try {
    for (let n = 0; !stopping; n += 1) {
      await publish(own[n % own.length], name, n);
      await pause(Number(values["every-ms"]));
    }
  } catch (error) {
    errors.push(error.message);
  }
}

/// True when all who follow a topic have a message that was published now.
async function mark(topic, end) {
  const followers = logs.filter((one) => one.topic === topic);
  for (let n = 0; performance.now() < end; n += 1) {
    const timeoutMs = Math.max(1, end - performance.now());
    const at = await publish(followers[0], `end-${topic}`, n, { timeoutMs });
    const soon = Math.min(end, performance.now() + MARK_MS);
    const reached = () => followers.every((one) => one.has(at));
    if (await holdsBy(soon, reached)) return true;
  }
  return false;
}

async function finish(writing) {
  stopping = true;
  const end = performance.now() + deadlineMs;
  let settled = false;
  void Promise.all(writing).then(() => (settled = true));
  if (!(await holdsBy(end, () => settled))) return false;
  const marked = topics.map((one) => mark(one, end).catch(() => false));
  return (await Promise.all(marked)).every(Boolean);
}

let writing = [];
const input = createInterface({ input: process.stdin });
input.on("line", async (line) => {
  if (line.trim() !== "stop" || stopping) return;
  const complete = await finish(writing);
  const clients = logs.map((one) => one.shown());
  const errors = members.flatMap((one) => one.errors);
  const connects = members.map((one) => one.connects);
  const report = { complete, clients, receipts, errors, connects };
  process.stdout.write(`${JSON.stringify(report)}\n`);
});
input.on("close", () => {
  for (const one of members) one.client.close();
  process.exit(0);
});
await holdsBy(performance.now() + deadlineMs, () =>
  logs.every((one) => one.begin),
);
writing = members.slice(0, Number(values.publishers)).map(write);
process.stderr.write("live\n");

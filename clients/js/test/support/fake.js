// A clock that moves when the test says so, and sockets whose other side is the
// test.

import assert from "node:assert/strict";

import { Client } from "./sdk.js";

/// Lets all that waits for nothing but its turn happen.
export const settle = () => new Promise((done) => setImmediate(done));

export class FakeClock {
  #timers = new Map();
  #last = 0;
  #now = 1_700_000_000_000;

  now = () => this.#now;

  setTimeout = (work, ms) => {
    this.#timers.set(++this.#last, { work, at: this.#now + ms });
    return this.#last;
  };

  clearTimeout = (timer) => this.#timers.delete(timer);

  /// Timers that wait.
  get waiting() {
    return this.#timers.size;
  }

  /// Moves on; what is due on the way happens at its moment.
  async advance(ms) {
    const end = this.#now + ms;
    while (await this.next(end));
    this.#now = end;
  }

  /// Moves on to the next moment at which something is due, if there is one.
  async next(end = Infinity) {
    await settle();
    const [due] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
    if (!due || due[1].at > end) return false;
    const [id, { work, at }] = due;
    this.#timers.delete(id);
    this.#now = Math.max(this.#now, at);
    work();
    await settle();
    return true;
  }
}

/// One side of a WebSocket; `said` is what the client sent, decoded.
class FakeSocket {
  said = [];
  closed = null;
  bufferedAmount = 0;

  constructor(url, protocols) {
    Object.assign(this, { url, protocols });
  }

  send(text) {
    assert.equal(this.closed, null, "said something after its end");
    this.said.push(JSON.parse(text));
  }

  close(code, reason) {
    this.closed ??= [code, reason];
  }

  // -- the server's side ---------------------------------------------------------

  say(event, fields = {}) {
    this.onmessage?.({ data: JSON.stringify({ event, ...fields }) });
  }

  open() {
    this.onopen?.({});
  }

  welcome(fields = {}) {
    this.say("welcome", {
      connection: "c-1",
      user: "wren",
      ping_interval_ms: 0,
      max_message_bytes: 1000,
      ...fields,
    });
  }

  /// The client's next message, which is this event.
  hears(event) {
    const message = this.said.shift();
    assert.equal(message?.event, event, JSON.stringify(message));
    return message;
  }

  hearsNothing() {
    assert.deepEqual(this.said, []);
  }

  /// Answers the next message, which is this event.
  replies(event, fields = {}) {
    const message = this.hears(event);
    this.say("reply", { id: message.id, ...fields });
    return message;
  }

  refuses(event, code, error) {
    const { id } = this.hears(event);
    this.say("error", { id, code, error, message: `no ${event}` });
  }

  ends(code = 1006, reason = "") {
    this.closed ??= [code, reason];
    this.onclose?.({ code, reason });
  }
}

/// A client, its clock, and each socket that it opens.
export function scripted(options = {}) {
  const clock = new FakeClock();
  const sockets = [];
  const states = [];
  class Socket extends FakeSocket {
    constructor(...details) {
      super(...details);
      sockets.push(this);
    }
  }
  const client = new Client({
    url: "ws://node/ws",
    webSocket: Socket,
    clock,
    random: () => 0.5,
    ...options,
  });
  client.on("state", ({ phase }) => states.push(phase));

  /// The next connection, open. It has said nothing yet but `auth`.
  async function connected(fields) {
    const known = sockets.length;
    if (client.state.phase === "idle") client.connect();
    await settle();
    while (sockets.length === known) assert.ok(await clock.next(), "no dial");
    const socket = sockets.at(-1);
    socket.open();
    if (options.token) socket.replies("auth");
    socket.welcome(fields);
    return socket;
  }
  return { client, clock, sockets, states, connected };
}

/// All that a subscription tells, as short words: `message 7`, `reset new_epoch`.
export function told(subscription) {
  const words = [];
  const keep = (name, of) =>
    subscription.on(name, (event) => words.push(`${name} ${of(event)}`));
  for (const name of [
    "message",
    "joined",
    "left",
    "changed",
    "state",
    "live",
    "snapshot",
  ])
    keep(name, ({ offset }) => offset);
  keep("members", ({ count }) => count);
  keep("subscribed", ({ mode }) => mode);
  keep("reset", ({ reason }) => reason);
  keep("refused", ({ code }) => code);
  keep("gap", ({ final }) => (final ? "final" : "repaired"));
  return words;
}

/// A visibility that the test decides.
export class FakeVisibility {
  hidden = false;
  watchers = new Set();

  subscribe(changed) {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  set(hidden) {
    this.hidden = hidden;
    for (const changed of this.watchers) changed();
  }
}

// A connection that comes back: requests with answers, subscriptions that go
// on where they were, and a reason for every pause.
//
// A refused upgrade (401, 429, 503 with Retry-After) cannot be seen from a
// browser: it looks like a lost connection, and the backoff has to do. The
// `address` function may see such answers, since it uses fetch; it throws
// errors with `retryAfterMs`, or with `final: true`.

import { backoffMs, comesBack, closeName, moveMs } from "./policy.js";
import { Subscription } from "./subscription.js";

export const PROTOCOL = "rookery.v1.json";

const REQUEST_MS = 10_000;
const WELCOME_MS = 10_000;
/// A connection that lasted this long starts the backoff anew.
const STABLE_MS = 10_000;
const PING_MS = 5_000;
/// Ids below are left to messages that people type in.
const FIRST_ID = 100;

export class RequestError extends Error {
  constructor(name, message, code = 0) {
    super(message);
    this.name = name;
    this.code = code; // of the protocol; 0: the server did not say this
  }
}

/// `address`: an async function that gives the URL to connect to.
/// `observer`, all optional:
///   state({phase, attempt, until, code, reason, welcome})  phases: idle,
///         connecting, open, waiting (until a time), stopped (by a code)
///   frame(direction, text, message, request)  what went over the wire
///   note(text)           what happened to the connection itself
///   roundTrip(ms)        of a ping
///   event(message)       what belongs to no subscription
export class Client {
  #address;
  #observer;
  #socket = null;
  #state = { phase: "idle" };
  #dials = 0;
  #attempts = 0;
  #openedAt = 0;
  #moveAt = 0; // when the server wants us elsewhere
  #nextId = FIRST_ID;
  #requests = new Map();
  #subscriptions = new Map();
  #turns = new Map(); // by topic: the last of its subscribes and unsubscribes
  #retryTimer = 0;
  #moveTimer = 0;
  #welcomeTimer = 0;
  #pingTimer = 0;

  constructor({ address, observer = {} }) {
    this.#address = address;
    this.#observer = observer;
    this.reconnects = 0;
    addEventListener("online", () => this.#onOnline());
  }

  get state() {
    return this.#state;
  }

  /// Connects now, whatever was planned.
  connect() {
    this.#attempts = 0;
    this.#leave(1000, "");
    this.#dial();
  }

  /// Ends the connection and stays away.
  stop() {
    this.#leave(1000, "");
    this.#set({ phase: "idle" });
  }

  /// Ends the connection as if the network had; it comes back.
  drop() {
    if (this.#state.phase !== "open") return;
    this.#leave(3000, "dropped");
    this.#onEnd(3000, "dropped by hand");
  }

  /// The answer to a message, or a RequestError.
  request(event, fields = {}) {
    return new Promise((resolve, reject) => {
      this.#ask(event, fields, resolve, reject);
    });
  }

  /// A message that nobody answers. False when there is no connection.
  send(event, fields = {}) {
    if (this.#state.phase !== "open") return false;
    this.#write({ event, ...fields });
    return true;
  }

  /// Sends text as it is, right or wrong.
  sendRaw(text) {
    if (this.#state.phase !== "open") return false;
    this.#writeText(text, parsed(text));
    return true;
  }

  /// Bytes that the socket has not sent yet.
  get backlog() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  subscribe(topic, options) {
    const one = new Subscription(topic, options);
    this.#subscriptions.set(topic, one);
    this.#inTurn(topic, () => this.#attach(one));
    return one;
  }

  unsubscribe(topic) {
    const one = this.#subscriptions.get(topic);
    if (!one) return;
    this.#subscriptions.delete(topic);
    one.end();
    this.#inTurn(topic, () => this.#detach(one));
  }

  // -- connecting ------------------------------------------------------------

  async #dial() {
    const dial = ++this.#dials; // a later one makes this one void
    this.#set({ phase: "connecting", attempt: this.#attempts });
    let url;
    try {
      url = await this.#address();
    } catch (error) {
      if (dial === this.#dials) this.#onNoAddress(error);
      return;
    }
    if (dial !== this.#dials) return;
    const socket = new WebSocket(url, PROTOCOL);
    this.#socket = socket;
    this.#observer.note?.(`connecting with ${PROTOCOL}`);
    socket.onmessage = ({ data }) => this.#onFrame(data);
    socket.onclose = ({ code, reason }) => {
      this.#leave(1000, "");
      this.#onEnd(code, reason);
    };
    this.#welcomeTimer = setTimeout(() => {
      this.#leave(1000, "");
      this.#onEnd(1006, "no welcome in time");
    }, WELCOME_MS);
  }

  #onNoAddress(error) {
    this.#observer.note?.(`no token: ${error.message}`);
    if (error.final)
      return this.#set({ phase: "stopped", code: 0, reason: error.message });
    this.#comeBack((error.retryAfterMs ?? 0) + this.#backoff());
  }

  /// Lets go of the socket, timers and all that waits for an answer.
  #leave(code, reason) {
    this.#dials += 1;
    for (const timer of [
      this.#retryTimer,
      this.#welcomeTimer,
      this.#pingTimer,
      this.#moveTimer,
    ])
      clearTimeout(timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close(code, reason);
    }
    for (const one of this.#subscriptions.values()) one.onLost();
    this.#turns.clear();
    const lost = [...this.#requests.values()];
    this.#requests.clear();
    for (const { fail, timer } of lost) {
      clearTimeout(timer);
      fail(new RequestError("disconnected", "the connection was lost"));
    }
  }

  #onEnd(code, reason) {
    const name = closeName(code, reason);
    const back = comesBack(code);
    const then = back ? "coming back" : "not coming back";
    this.#observer.note?.(`closed with ${code} ${name}: ${then}`);
    if (!back) return this.#set({ phase: "stopped", code, reason: name });
    const wasOpen = this.#state.phase === "open";
    if (wasOpen && performance.now() - this.#openedAt >= STABLE_MS)
      this.#attempts = 0;
    const wanted = this.#moveAt - performance.now();
    this.#moveAt = 0;
    this.#comeBack(wanted > 0 ? wanted : this.#backoff(), name);
  }

  #backoff() {
    return backoffMs(this.#attempts++);
  }

  #comeBack(delayMs, reason = "") {
    this.#retryTimer = setTimeout(() => this.#dial(), delayMs);
    const until = performance.now() + delayMs;
    const attempt = this.#attempts;
    this.#set({ phase: "waiting", attempt, until, reason });
  }

  #onOnline() {
    if (this.#state.phase !== "waiting") return;
    clearTimeout(this.#retryTimer);
    this.#comeBack(backoffMs(0), "the network is back");
  }

  #set(state) {
    this.#state = state;
    this.#observer.state?.(state);
  }

  // -- what comes in ---------------------------------------------------------

  #onFrame(text) {
    const message = parsed(text);
    const request = this.#requests.get(message?.id);
    this.#observer.frame?.("in", text, message, request);
    if (!message) return;
    if (message.event === "reply" || message.event === "error")
      return this.#onAnswer(message, request);
    if (message.event === "welcome") this.#onWelcome(message);
    if (message.event === "reconnect") this.#onReconnect(message);
    if (message.topic !== undefined)
      this.#subscriptions.get(message.topic)?.onEvent(message);
    else this.#observer.event?.(message);
  }

  #onAnswer(message, request) {
    if (!request) return this.#observer.event?.(message);
    this.#requests.delete(message.id);
    clearTimeout(request.timer);
    if (message.event === "reply") return request.done(message);
    const { error, message: text, code } = message;
    request.fail(new RequestError(error, text, code));
  }

  #onWelcome(welcome) {
    clearTimeout(this.#welcomeTimer);
    if (this.#openedAt) this.reconnects += 1;
    this.#openedAt = performance.now();
    this.#set({ phase: "open", welcome });
    for (const one of this.#subscriptions.values())
      this.#inTurn(one.topic, () => this.#attach(one));
    this.#ping();
  }

  /// The server asks us to move: at our moment we leave, if it has not closed
  /// the connection by then.
  #onReconnect(message) {
    const delay = moveMs(message);
    this.#moveAt = performance.now() + delay;
    clearTimeout(this.#moveTimer);
    this.#moveTimer = setTimeout(() => {
      this.#leave(1000, "moving");
      this.#moveAt = 0;
      this.#observer.note?.("moving, as the server asked");
      this.#dial();
    }, delay);
  }

  // -- what goes out ---------------------------------------------------------

  #ask(event, fields, done, fail) {
    if (this.#state.phase !== "open")
      return fail(new RequestError("disconnected", "there is no connection"));
    const id = this.#nextId++;
    const timer = setTimeout(() => {
      this.#requests.delete(id);
      fail(new RequestError("timeout", `no answer to ${event} in time`));
    }, REQUEST_MS);
    const at = performance.now();
    this.#requests.set(id, { id, event, at, done, fail, timer });
    this.#write({ event, id, ...fields });
  }

  #write(message) {
    this.#writeText(JSON.stringify(message), message);
  }

  #writeText(text, message) {
    this.#socket.send(text);
    this.#observer.frame?.("out", text, message);
  }

  /// One topic's subscribes and unsubscribes wait for each other's answers: the
  /// server refuses a second subscription while the first is being left.
  #inTurn(topic, work) {
    if (this.#state.phase !== "open") return; // `welcome` subscribes to all
    const turn = (this.#turns.get(topic) ?? Promise.resolve())
      .then(work)
      .catch(() => {})
      .then(() => {
        if (this.#turns.get(topic) === turn) this.#turns.delete(topic);
      });
    this.#turns.set(topic, turn);
  }

  #attach(one) {
    if (this.#subscriptions.get(one.topic) !== one || one.attached) return;
    // With callbacks, not awaited: the event that follows the reply must find
    // the reply already taken in.
    return new Promise((settled) => {
      const onReply = (reply) => settled(one.onReply(reply));
      const onError = (error) => {
        if (error.name !== "disconnected") one.onRefused(error);
        settled();
      };
      this.#ask("subscribe", one.wish(), onReply, onError);
    });
  }

  #detach(one) {
    if (!one.attached) return;
    one.onLost();
    return this.request("unsubscribe", { topic: one.topic });
  }

  /// Measures the round trip, and finds out that nobody is there any more:
  /// browsers do not show us the server's own pings.
  async #ping() {
    const socket = this.#socket;
    const sent = performance.now();
    try {
      await this.request("ping");
    } catch {
      if (socket !== this.#socket) return;
      this.#leave(1000, "");
      return this.#onEnd(1006, "no answer to a ping");
    }
    if (socket !== this.#socket) return;
    this.#observer.roundTrip?.(performance.now() - sent);
    this.#pingTimer = setTimeout(() => this.#ping(), PING_MS);
  }
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

// One room as this tab sees it: who is there, what is on its way, and the
// unlogged traffic beside it.

import { randomId } from "./names.js";
import { Conflated } from "./conflated.js";

const CURSOR_MS = 50; // at most 20 a second
const TYPING_MS = 2_000; // how often it is repeated while one types
const PRESENCE_MS = 250;
/// With more than this waiting in the socket, cursors only make it worse.
const BACKLOG_BYTES_MAX = 64 * 1024;

/// `view` gets: entered, note, said, waiting, delivered, refused, people,
/// typing, cursor, gone (a tab), goneUser.
export class Room {
  #client;
  #view;
  #me;
  #tab = randomId("t", 3);
  #members = new Map();
  #unsent = new Map(); // by key: messages without a receipt
  #tabs = new Set(); // other tabs that were heard of
  #typing = false;
  #typingAt = 0;
  #cursor = new Conflated(CURSOR_MS, (at) => this.#tell({ cursor: at }));
  #presenceTimer = 0;

  constructor({ client, view, me, name }) {
    this.#client = client;
    this.#view = view;
    this.#me = me;
    this.name = name;
    this.topic = `room.${name}`;
    this.liveTopic = `live.${name}`;
    client.subscribe(this.topic, {
      snapshot: true,
      on: {
        entered: (reply) => view.entered(reply),
        snapshot: ({ state }) => this.#onMembers(state.members),
        live: () => this.#sendAgain(),
        message: (event) => this.#onEvent(event),
        gap: ({ from, to }) => view.note(`${from} to ${to} come late`, "gap"),
        refused: (error) => view.note(`No entry: ${error.message}`, "error"),
      },
    });
    client.subscribe(this.liveTopic, {
      on: {
        entered: () => this.#tell({ here: true }),
        message: (event) => this.#onLive(event),
      },
    });
  }

  /// Leaves the room for another one.
  leave() {
    this.goodbye();
    clearTimeout(this.#presenceTimer);
    this.#cursor.stop();
    this.#client.unsubscribe(this.topic);
    this.#client.unsubscribe(this.liveTopic);
  }

  /// Tells the others that this tab goes, so that they count again.
  goodbye() {
    this.#tell({ here: false });
  }

  // -- messages --------------------------------------------------------------

  say(text) {
    const key = randomId("k", 6);
    const one = { key, text, user: this.#me, at: Date.now() };
    this.#unsent.set(one.key, one);
    this.#view.waiting(one);
    this.type(false);
    this.#publish(one);
  }

  /// Until there is a receipt a message is sent again after each reconnect; its
  /// key makes sure that it is published once.
  async #publish(one) {
    const { key, text } = one;
    try {
      const receipt = await this.#client.request("publish", {
        topic: this.topic,
        data: { text, key },
        key,
      });
      this.#unsent.delete(key);
      this.#view.delivered(key, receipt.offset);
    } catch (error) {
      if (error.name === "disconnected" || error.name === "timeout") return;
      this.#unsent.delete(key);
      this.#view.refused(key, error.message);
    }
  }

  #sendAgain() {
    this.#refreshPresence();
    for (const one of this.#unsent.values()) this.#publish(one);
  }

  #onEvent(event) {
    switch (event.event) {
      case "message":
        this.#unsent.delete(event.data?.key);
        return this.#view.said(event);
      case "joined":
        this.#members.set(event.member.user, event.member);
        this.#view.note(`${event.member.user} came`, "joined", event);
        break;
      case "left":
        this.#members.delete(event.member.user);
        this.#view.note(`${event.member.user} went`, "left", event);
        this.#view.goneUser(event.member.user);
        break;
    }
    this.#showPeople();
  }

  // -- who is there ----------------------------------------------------------

  /// Counts of connections come only with an answer, so ask when they changed.
  #refreshPresence() {
    clearTimeout(this.#presenceTimer);
    this.#presenceTimer = setTimeout(async () => {
      try {
        const topic = this.topic;
        const reply = await this.#client.request("presence", { topic });
        this.#onMembers(reply.members);
      } catch {
        // The next snapshot or join says it.
      }
    }, PRESENCE_MS);
  }

  #onMembers(members) {
    this.#members = new Map(members.map((one) => [one.user, one]));
    this.#showPeople();
  }

  #showPeople() {
    this.#view.people([...this.#members.values()], this.#me);
  }

  // -- unlogged: typing and cursors ------------------------------------------

  type(typing) {
    const now = performance.now();
    if (!typing && !this.#typing) return;
    if (typing && this.#typing && now - this.#typingAt < TYPING_MS) return;
    this.#typing = typing;
    this.#typingAt = now;
    this.#tell({ typing });
  }

  /// `at`: [x, y] as parts of the surface, or null when it was left.
  pointAt(at) {
    this.#cursor.offer(at);
  }

  /// Where a slow reader gets only the newest, it is the newest of each tag.
  #tell(what) {
    if (this.#client.backlog > BACKLOG_BYTES_MAX) return;
    const data = { tab: this.#tab, ...what };
    const tag = `${this.#tab}.${Object.keys(what)[0]}`;
    this.#client.send("publish", { topic: this.liveTopic, data, tag });
  }

  #onLive({ data, user }) {
    if (!data || typeof data.tab !== "string" || data.tab === this.#tab) return;
    if (Array.isArray(data.cursor)) {
      const [x, y] = data.cursor.map(Number);
      if (x >= 0 && x <= 1 && y >= 0 && y <= 1)
        this.#view.cursor(data.tab, user, x, y);
    } else if (data.cursor === null || data.here === false) {
      this.#view.gone(data.tab);
    }
    if (typeof data.typing === "boolean" && user !== this.#me)
      this.#view.typing(user, data.typing);
    if (typeof data.here === "boolean") this.#onHere(data);
  }

  /// A tab came or went. One that came knows no cursors yet, and is not told:
  /// they move soon enough.
  #onHere({ tab, here }) {
    if (here === this.#tabs.has(tab)) return;
    if (here) this.#tabs.add(tab);
    else this.#tabs.delete(tab);
    this.#refreshPresence();
  }
}

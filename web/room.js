// One room as this tab sees it: who is there, what is on its way, and the
// unlogged traffic beside it.

import { randomId } from "./names.js";
import { Conflated } from "./conflated.js";

const CURSOR_MS = 50; // at most 20 a second
const TYPING_MS = 2_000; // how often it is repeated while one types
const PRESENCE_MS = 250;

/// `view` gets: entered, missed, note, said, waiting, delivered, refused, people,
/// typing, cursor, gone (a tab), goneUser.
export class Room {
  #room;
  #live;
  #view;
  #me;
  #tab = randomId("t", 3);
  #members = new Map();
  #others = 0; // members that we know by number only
  #tabs = new Set(); // other tabs that were heard of
  #typing = false;
  #typingAt = 0;
  #cursor = new Conflated(CURSOR_MS, (at) => this.#tell({ cursor: at }));
  #presenceTimer = 0;

  constructor({ client, view, me, name }) {
    this.#view = view;
    this.#me = me;
    this.name = name;
    this.topic = `room.${name}`;
    this.#room = client.subscribe(this.topic, { snapshot: true });
    this.#live = client.subscribe(`live.${name}`);
    this.#listen(this.#room, this.#live, view);
  }

  #listen(room, live, view) {
    room.on("subscribed", (reply) => view.entered(reply));
    room.on("reset", (reset) => view.missed(reset));
    room.on("snapshot", ({ state }) => this.#onMembers(state));
    room.on("members", ({ count }) => this.#onCount(count));
    room.on("live", () => this.#refreshPresence());
    room.on("message", (event) => view.said(event));
    room.on("joined", (event) => this.#onJoined(event));
    room.on("left", (event) => this.#onLeft(event));
    room.on("gap", ({ from, to, final }) =>
      view.note(
        `${from} to ${to} ${final ? "are left out" : "come late"}`,
        "gap",
      ),
    );
    room.on("refused", (error) =>
      view.note(`No entry: ${error.message}`, "error"),
    );
    live.on("subscribed", () => this.#tell({ here: true }));
    live.on("message", (event) => this.#onLive(event));
  }

  /// Leaves the room for another one.
  leave() {
    this.goodbye();
    clearTimeout(this.#presenceTimer);
    this.#cursor.stop();
    this.#room.unsubscribe();
    this.#live.unsubscribe();
  }

  /// Tells the others that this tab goes, so that they count again.
  goodbye() {
    this.#tell({ here: false });
  }

  // -- messages --------------------------------------------------------------

  /// The key tells the message when it comes back to us.
  async say(text) {
    const key = randomId("k", 6);
    this.#view.waiting({ key, text, user: this.#me, at: Date.now() });
    this.type(false);
    try {
      const { offset } = await this.#room.publish({ text, key }, { key });
      this.#view.delivered(key, offset);
    } catch (error) {
      this.#view.refused(key, error.message);
    }
  }

  // -- who is there ----------------------------------------------------------

  /// Counts of connections come only with an answer, so ask when they changed.
  #refreshPresence() {
    clearTimeout(this.#presenceTimer);
    this.#presenceTimer = setTimeout(async () => {
      try {
        this.#onMembers(await this.#room.presence());
      } catch {
        // The next snapshot or join says it.
      }
    }, PRESENCE_MS);
  }

  #onJoined(event) {
    this.#members.set(event.member.user, event.member);
    this.#view.note(`${event.member.user} came`, "joined", event);
    this.#showPeople();
  }

  #onLeft(event) {
    const { user } = event.member;
    this.#members.delete(user);
    this.#view.note(`${user} went`, "left", event);
    this.#view.goneUser(user);
    this.#showPeople();
  }

  #onMembers({ members, count }) {
    this.#members = new Map(members.map((one) => [one.user, one]));
    this.#onCount(count);
  }

  /// Of all, told by large rooms instead of who comes and goes.
  #onCount(count = this.#members.size) {
    this.#others = Math.max(0, count - this.#members.size);
    this.#showPeople();
  }

  #showPeople() {
    const known = [...this.#members.values()];
    this.#view.people(known, this.#me, known.length + this.#others);
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
    const data = { tab: this.#tab, ...what };
    const tag = `${this.#tab}.${Object.keys(what)[0]}`;
    this.#live.tell(data, { tag });
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

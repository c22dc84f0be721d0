// What both pages have: a client whose frames are shown, the state of its
// connection, and the name of the person at it.

import { CursorView } from "./cursors.js";
import { byId, tint } from "./dom.js";
import { askForName, rememberedName } from "./gate.js";
import { hueOf } from "./names.js";
import { Client } from "./rookery.js";
import { StatusView } from "./status.js";
import { Tap } from "./tap.js";
import { listenForViews } from "./views.js";
import { WireView } from "./wire.js";

const PING_MS = 5_000;

export class Page {
  /// The person's name, null until there is one.
  me = null;
  client;
  wire;
  cursors = new CursorView();
  #status;
  #pingTimer = 0;

  /// `tokenOf` gives the token of a name, `examples` are for the wire panel;
  /// what else there is, is for the client.
  constructor({ tokenOf, examples, ...options }) {
    const tap = new Tap({
      frame: (direction, text) => {
        this.#status.frame(direction);
        this.wire.frame(direction, text);
      },
      note: (text) => this.wire.note(text),
    });
    this.client = new Client({
      ...options,
      token: () => this.#token(tokenOf),
      webSocket: tap.WebSocket,
      pingIntervalMs: 0, // `#measure` pings
    });
    this.#status = new StatusView({ onReconnect: () => this.client.connect() });
    this.wire = new WireView({
      onRaw: (text) => tap.say(text),
      onDrop: () => tap.drop(),
      examples,
    });
    this.client.on("state", (state) => this.#show(state));
    listenForViews();
  }

  /// Calls onName() as soon as the person has a name, and when it changes.
  async meet(onName) {
    byId("me").addEventListener("click", async () => {
      const name = await askForName({ cancellable: true });
      if (name && name !== this.me) this.#greet(name, onName);
    });
    let name = rememberedName();
    while (!name) name = await askForName();
    this.#greet(name, onName);
  }

  #greet(name, onName) {
    this.me = name;
    const chip = byId("me");
    chip.hidden = false;
    chip.textContent = name;
    tint(chip, hueOf(name));
    onName();
  }

  async #token(tokenOf) {
    try {
      return await tokenOf(this.me);
    } catch (error) {
      this.wire.note(`no token: ${error.message}`);
      throw error;
    }
  }

  #show(state) {
    this.#status.state(state);
    if (state.phase === "open") this.#measure();
    else this.cursors.clear();
  }

  /// The round trip, which also finds out that nobody is there any more.
  async #measure() {
    clearTimeout(this.#pingTimer);
    try {
      this.#status.roundTrip(await this.client.ping());
      this.#pingTimer = setTimeout(() => this.#measure(), PING_MS);
    } catch {
      // The next connection measures again.
    }
  }
}

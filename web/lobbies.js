// The open lobbies, live; quick match; and a lobby of one's own.

import { byId, element, icon } from "./dom.js";
import { NEW_GAME } from "./game.js";
import { birdName, NAME_PATTERN } from "./names.js";

/// What the lobbies of this page are called, and what they are.
const PREFIX = "lobby.";
const SETUP = {
  seats: 2,
  minPlayers: 2,
  state: NEW_GAME,
  info: { game: "tic-tac-toe" },
};
const SHOWN_MAX = 100;

const WHY = {
  conflict: "There is a lobby of that name already.",
  unknown_event: "This node has no lobbies.",
  unknown_topic: "This node has no lobbies.",
};

export const topicOf = (name) => `${PREFIX}${name}`;

/// The lobby of the address: #garden; or undefined.
export function lobbyOfAddress() {
  const name = decodeURIComponent(location.hash.slice(1));
  return NAME_PATTERN.test(name) ? name : undefined;
}

export class LobbiesView {
  #client;
  #list;
  #abort = null; // while a match is looked for
  #rows = new Map(); // by topic
  #current; // name of the lobby that is shown

  constructor(client) {
    this.#client = client;
    byId("quick").addEventListener("click", () => this.#match());
    byId("quick-cancel").addEventListener("click", () => this.#abort?.abort());
    byId("create").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#create();
    });
    byId("create-name").value = birdName();
  }

  /// As the user that the client is from now on.
  watch() {
    this.#list?.unwatch();
    this.#list = this.#client.lobbies(PREFIX).watch();
    this.#list.on("list", () => this.#show());
    this.#list.on("refused", ({ code, message }) =>
      this.#fail(WHY[code] ?? message),
    );
    this.#show();
  }

  /// The lobby that is shown beside the list.
  mark(name) {
    this.#current = name;
    this.#show();
  }

  isLocked(name) {
    const topic = topicOf(name);
    return this.#list?.current.some((one) => one.topic === topic && one.locked);
  }

  #show() {
    const all = this.#list?.current ?? [];
    byId("open-count").textContent = all.length.toLocaleString();
    byId("open-hint").hidden = all.length > 0;
    const rows = all.slice(0, SHOWN_MAX).map((one) => this.#row(one));
    const list = byId("open");
    for (const [topic, row] of this.#rows)
      if (!rows.includes(row)) {
        row.remove();
        this.#rows.delete(topic);
      }
    // One that has the focus stays where it is.
    for (const [at, row] of rows.entries())
      if (list.children[at] !== row)
        list.insertBefore(row, list.children[at] ?? null);
  }

  #row(lobby) {
    const name = lobby.topic.slice(PREFIX.length);
    let row = this.#rows.get(lobby.topic);
    if (!row) {
      row = element(
        "li",
        { "data-lobby": name },
        element("a", { href: `#${name}` }),
      );
      this.#rows.set(lobby.topic, row);
    }
    const link = row.firstChild;
    link.replaceChildren(...labelOf(name, lobby));
    if (name === this.#current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    return row;
  }

  async #create() {
    this.#fail("");
    const name = byId("create-name").value.trim();
    const lobby = this.#client.lobby(topicOf(name));
    try {
      await lobby.create({
        ...SETUP,
        autoStart: byId("create-auto").checked,
        password: byId("create-password").value || undefined,
      });
    } catch (error) {
      return this.#fail(WHY[error.code] ?? error.message);
    }
    byId("create-name").value = birdName();
    byId("create-password").value = "";
    location.hash = name;
  }

  async #match() {
    this.#fail("");
    this.#abort = new AbortController();
    this.#looking(true);
    try {
      const { lobby } = await this.#client.match({
        ...SETUP,
        prefix: PREFIX,
        autoStart: true,
        signal: this.#abort.signal,
      });
      location.hash = lobby.topic.slice(PREFIX.length);
    } catch (error) {
      if (error.code !== "aborted")
        this.#fail(WHY[error.code] ?? error.message);
    } finally {
      this.#looking(false);
    }
  }

  #looking(is) {
    byId("quick").hidden = is;
    byId("quick-cancel").hidden = !is;
  }

  #fail(why) {
    byId("side-error").hidden = !why;
    byId("side-error").textContent = why;
  }
}

function labelOf(name, { seats, taken, locked }) {
  const lock = [
    icon("lock"),
    element("span", { class: "hidden", text: "with a password" }),
  ];
  const left = seats - taken;
  const text = left > 0 ? `${left} of ${seats} free` : "full";
  return [
    element("span", { class: "name", text: name }),
    ...(locked ? lock : []),
    element("span", { class: "seats-left", text }),
  ];
}

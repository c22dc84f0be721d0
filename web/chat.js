// The messages of the room, the composer, and who is typing.

import { byId, element } from "./dom.js";
import { hueOf } from "./names.js";

const SHOWN_MAX = 500;
/// Messages of one person within this time need no second head.
const SAME_HEAD_MS = 3 * 60_000;
/// Who went silent without saying so.
const TYPING_MS = 5_000;
/// Closer to the end than this counts as reading the newest.
const AT_END_PX = 48;

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
});
const precise = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "medium",
});

export class ChatView {
  #log = byId("log");
  #unsent = byId("unsent");
  #scroll = byId("scroll");
  #toNewest = byId("to-newest");
  #text = byId("text");
  #typists = new Map(); // by user: the timer that forgets
  #topic = "";
  #onSay = () => {};
  #onType = () => {};

  constructor() {
    const form = byId("composer");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("input", () =>
      this.#onType(this.#text.value !== ""),
    );
    this.#toNewest.addEventListener("click", () => this.#follow());
    this.#scroll.addEventListener("scroll", () => {
      if (this.#atEnd()) this.#toNewest.hidden = true;
    });
    new ResizeObserver(() => {
      if (this.#toNewest.hidden) this.#follow();
    }).observe(this.#scroll);
  }

  /// Starts with an empty room.
  open({ name, topic, say, type }) {
    byId("room-title").textContent = `#${name}`;
    this.#topic = topic;
    byId("room-facts").textContent = topic;
    byId("second-tab").href = `/#${name}`;
    this.#log.replaceChildren();
    this.#unsent.replaceChildren();
    byId("hint").hidden = false;
    this.nobodyTypes();
    this.#onSay = say;
    this.#onType = type;
    this.#text.disabled = false;
    byId("composer").querySelector("button").disabled = false;
    this.#toNewest.hidden = true;
    if (matchMedia("(pointer: fine)").matches) this.#text.focus();
  }

  // -- what is said ----------------------------------------------------------

  said({ user, at, offset, data }) {
    const key = data?.key;
    const text = typeof data?.text === "string" ? data.text : show(data);
    this.#remove(key);
    this.#append(this.#message({ user, at, offset, text }), this.#log);
  }

  /// Our own message that has no receipt yet.
  waiting({ key, user, at, text }) {
    const node = this.#message({ user, at, text, key });
    this.#append(node, this.#unsent);
    this.#follow();
  }

  /// There is a receipt; the message itself follows, or came before.
  delivered(key, offset) {
    const node = this.#unsentNode(key);
    if (!node) return;
    node.dataset.state = "delivered";
    node.querySelector(".offset").textContent = at(offset);
  }

  refused(key, why) {
    const node = this.#unsentNode(key);
    if (!node) return;
    node.dataset.state = "refused";
    node.querySelector(".offset").textContent = "not sent";
    node.append(element("p", { class: "error", text: why }));
  }

  note(text, kind, { offset } = {}) {
    const node = element("li", { class: "note", "data-kind": kind });
    node.append(element("span", { text }));
    if (offset !== undefined)
      node.append(element("span", { class: "offset", text: at(offset) }));
    this.#append(node, this.#log);
  }

  entered({ mode, recovered, epoch, offset, first }) {
    byId("room-facts").textContent = `${this.#topic} · epoch ${epoch}`;
    if (first) return this.note("You are here", "entered", { offset });
    if (mode === "replay" && recovered)
      this.note("Back again: nothing was missed", "back", { offset });
  }

  missed({ to }) {
    // What was delivered before belongs to the past now.
    for (const node of this.#unsent.querySelectorAll("[data-state=delivered]"))
      this.#log.append(node);
    this.note("Back again: what was said meanwhile is not here", "missed", to);
  }

  #message({ user, at: when, offset, text, key }) {
    byId("hint").hidden = true;
    const sent = new Date(when);
    return element(
      "li",
      {
        class: "message",
        hue: hueOf(user),
        "data-user": user,
        "data-at": when,
        "data-key": key,
        "data-state": key ? "waiting" : undefined,
      },
      element("span", {
        class: "avatar",
        text: initial(user),
        "aria-hidden": "true",
      }),
      element(
        "p",
        { class: "head" },
        element("b", { text: user }),
        " ",
        element("time", {
          text: clock.format(sent),
          datetime: sent.toISOString(),
          title: precise.format(sent),
        }),
      ),
      element("p", { class: "body", text }),
      element("span", {
        class: "offset",
        text: key ? "…" : at(offset),
        title: "Its offset in the room's log",
      }),
    );
  }

  #append(node, list) {
    const follow = this.#atEnd();
    const previous = list.lastElementChild ?? this.#log.lastElementChild;
    if (continues(previous, node)) node.classList.add("follows");
    list.append(node);
    while (this.#log.children.length > SHOWN_MAX)
      this.#log.firstElementChild.remove();
    if (follow) this.#follow();
    else this.#toNewest.hidden = false;
  }

  #unsentNode(key) {
    return [...this.#unsent.children].find((one) => one.dataset.key === key);
  }

  #remove(key) {
    if (key !== undefined) this.#unsentNode(key)?.remove();
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < AT_END_PX;
  }

  #follow() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#toNewest.hidden = true;
  }

  #submit() {
    const text = this.#text.value.trim();
    if (text === "") return;
    this.#text.value = "";
    this.#onSay(text);
  }

  // -- who is typing ---------------------------------------------------------

  typing(user, typing) {
    clearTimeout(this.#typists.get(user));
    this.#typists.delete(user);
    if (typing) {
      const forget = setTimeout(() => this.typing(user, false), TYPING_MS);
      this.#typists.set(user, forget);
    }
    byId("typing").textContent = typingNotice([...this.#typists.keys()]);
  }

  nobodyTypes() {
    for (const user of [...this.#typists.keys()]) this.typing(user, false);
  }
}

function typingNotice(users) {
  if (users.length === 0) return "";
  if (users.length === 1) return `${users[0]} is typing…`;
  if (users.length === 2) return `${users[0]} and ${users[1]} are typing…`;
  return `${users.length} people are typing…`;
}

function continues(previous, node) {
  return (
    previous?.dataset.user !== undefined &&
    previous.dataset.user === node.dataset.user &&
    node.dataset.at - previous.dataset.at < SAME_HEAD_MS
  );
}

export const initial = (user) => user[0].toUpperCase();
const at = (offset) => (offset === undefined ? "" : `@${offset}`);
const show = (data) => JSON.stringify(data) ?? "";

// The panel that shows the frames themselves.

import { byId, element } from "./dom.js";
import { WireLog } from "./wire_log.js";

const AT_END_PX = 24;

/// For people to try; TOPIC is the room they are in.
const EXAMPLES = [
  ["who is here", '{"event":"presence","id":1,"topic":"TOPIC"}'],
  [
    "say something",
    '{"event":"publish","id":2,"topic":"TOPIC","data":{"text":"by hand"}}',
  ],
  [
    "change the room's state",
    '{"event":"room.set","id":7,"topic":"TOPIC","patch":{"title":"by hand"}}',
  ],
  ["ping", '{"event":"ping","id":3}'],
  ["to one user", '{"event":"send","id":4,"user":"rook","data":"psst"}'],
  ["no such topic", '{"event":"subscribe","id":5,"topic":"nowhere"}'],
  ["no such event", '{"event":"dance","id":6}'],
  ["not JSON (4502)", '{"event":'],
];

export class WireView {
  #log = new WireLog();
  #list = byId("frames");
  #nodes = new Map(); // by row
  #paused = false;
  #topic = "";
  #examples;

  constructor({ onRaw, onDrop, examples = EXAMPLES }) {
    this.#examples = examples;
    for (const button of document.querySelectorAll("[data-hides]"))
      button.addEventListener("click", () => {
        const shown = toggle(button);
        this.#list.classList.toggle(`hide-${button.dataset.hides}`, !shown);
      });
    byId("pause").addEventListener("click", ({ currentTarget }) => {
      this.#paused = toggle(currentTarget);
      if (!this.#paused) this.#showAll();
    });
    byId("clear").addEventListener("click", () => {
      this.#log.clear();
      this.#showAll();
    });
    byId("drop").addEventListener("click", onDrop);
    this.#offerExamples(onRaw);
  }

  frame(direction, text) {
    this.#show(this.#log.frame(direction, text));
  }

  note(text) {
    this.#show(this.#log.note(text));
  }

  /// The examples speak of this topic from now on.
  useTopic(topic) {
    this.#topic = topic;
    this.#fillIn();
  }

  #fillIn() {
    const [, text] = this.#examples[byId("raw-preset").selectedIndex];
    byId("raw-text").value = text.replace("TOPIC", this.#topic);
  }

  #offerExamples(onRaw) {
    const presets = byId("raw-preset");
    for (const [name] of this.#examples)
      presets.append(element("option", { text: name }));
    presets.addEventListener("change", () => this.#fillIn());
    byId("raw").addEventListener("submit", (event) => {
      event.preventDefault();
      onRaw(byId("raw-text").value);
    });
  }

  // -- rows ------------------------------------------------------------------

  #show({ row, gone }) {
    if (this.#paused) return;
    const follow = this.#atEnd();
    this.#nodes.get(gone)?.remove();
    this.#nodes.delete(gone);
    const node = this.#nodes.get(row);
    if (node) return fill(node, row);
    this.#append(row);
    if (follow) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #showAll() {
    this.#nodes.clear();
    this.#list.replaceChildren();
    for (const row of this.#log.rows) this.#append(row);
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #append(row) {
    const node = row.direction === "note" ? noteNode(row) : frameNode(row);
    this.#nodes.set(row, node);
    this.#list.append(node);
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < AT_END_PX;
  }
}

function toggle(button) {
  const pressed = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", pressed);
  return pressed;
}

function noteNode(row) {
  return element(
    "li",
    { class: "frame-note" },
    element("span", { class: "time", text: timeOf(row.at) }),
    element("span", { text: row.text }),
  );
}

function frameNode(row) {
  const node = element("li", {
    class: "frame",
    "data-direction": row.direction,
    "data-kind": row.kind,
    "data-event": row.event,
  });
  const details = element("details");
  details.append(element("summary"), element("pre", { tabindex: "0" }));
  details.addEventListener("toggle", () => {
    if (details.open)
      details.querySelector("pre").replaceChildren(...pretty(row));
  });
  node.append(details);
  fill(node, row);
  return node;
}

/// Writes the row's newest frame into its node.
function fill(node, row) {
  const [summary, pre] = node.firstElementChild.children;
  const outwards = row.direction === "out";
  const facts = [
    row.count > 1 && `×${row.count}`,
    tookText(row),
    `${row.bytes} B`,
  ];
  summary.replaceChildren(
    element("span", {
      class: "arrow",
      text: outwards ? "↑" : "↓",
      title: outwards ? "sent" : "received",
    }),
    element("span", { class: "event", text: row.event }),
    element("span", {
      class: "topic",
      text: row.message?.topic ?? row.answers ?? "",
    }),
    element("span", { class: "size", text: facts.filter(Boolean).join(" · ") }),
    element("span", { class: "time", text: timeOf(row.at) }),
    element("code", { class: "line" }, ...coloured(row.text)),
  );
  if (node.firstElementChild.open) pre.replaceChildren(...pretty(row));
}

function tookText({ took }) {
  return took === undefined ? "" : `${took.toFixed(1)} ms`;
}

function pretty({ text, message }) {
  return coloured(message ? JSON.stringify(message, null, 2) : text);
}

const TOKENS =
  /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)/g;

/// JSON text as nodes, its tokens in spans.
function coloured(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(TOKENS)) {
    const [all, string, colon, number] = found;
    nodes.push(text.slice(end, found.index));
    end = found.index + all.length;
    const token = string ?? all;
    const name = string
      ? colon
        ? "key"
        : "string"
      : number
        ? "number"
        : "word";
    nodes.push(element("span", { class: name, text: token }));
    if (colon) nodes.push(colon);
  }
  nodes.push(text.slice(end));
  return nodes;
}

function timeOf(ms) {
  const at = new Date(ms);
  const two = (value) => String(value).padStart(2, "0");
  const millis = String(at.getMilliseconds()).padStart(3, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${millis}`;
}

// The demo page: one client, one room at a time, and the views of both.

import { ChatView } from "./chat.js";
import { Client } from "./client.js";
import { CursorView, watchPointer } from "./cursors.js";
import { byId, tint } from "./dom.js";
import { askForName, rememberedName } from "./gate.js";
import { hueOf } from "./names.js";
import {
  listenForRooms,
  roomOfAddress,
  showPeople,
  showRooms,
} from "./people.js";
import { Room } from "./room.js";
import { StatusView } from "./status.js";
import { WireView } from "./wire.js";

let me = null;
let room = null;

const client = new Client({
  address,
  observer: {
    state: onState,
    frame: (direction, text, message, request) => {
      status.frame(direction);
      wire.frame(direction, text, message, request);
    },
    note: (text) => wire.note(text),
    roundTrip: (ms) => status.roundTrip(ms),
    event: onOtherEvent,
  },
});
const status = new StatusView({ onReconnect: () => client.connect() });
const wire = new WireView({
  onRaw: (text) => client.sendRaw(text),
  onDrop: () => client.drop(),
});
const chat = new ChatView();
const cursors = new CursorView();

const view = {
  entered: (reply) => chat.entered(reply),
  note: (text, kind, event) => chat.note(text, kind, event),
  said: (event) => chat.said(event),
  waiting: (message) => chat.waiting(message),
  delivered: (key, offset) => chat.delivered(key, offset),
  refused: (key, why) => chat.refused(key, why),
  people: showPeople,
  typing: (user, typing) => chat.typing(user, typing),
  cursor: (tab, user, x, y) => cursors.show(tab, user, x, y),
  gone: (tab) => cursors.hide(tab),
  goneUser: (user) => {
    cursors.hideUser(user);
    chat.typing(user, false);
  },
};

/// Where to connect: a fresh token for each connection.
async function address() {
  const response = await fetch(`/demo/token?name=${encodeURIComponent(me)}`);
  const text = (await response.text()).trim();
  if (!response.ok) throw tokenError(response, text);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/ws?token=${encodeURIComponent(text)}`;
}

function tokenError(response, text) {
  const error = new Error(text || `HTTP ${response.status}`);
  const seconds = Number(response.headers.get("Retry-After"));
  error.retryAfterMs = seconds > 0 ? seconds * 1000 : 0;
  error.final = response.status >= 400 && response.status < 429;
  return error;
}

function onState(state) {
  status.state(state);
  status.reconnects(client.reconnects);
  if (state.phase === "open") return;
  cursors.clear();
  chat.nobodyTypes();
}

function onOtherEvent(message) {
  if (message.event !== "direct") return;
  const { user, data } = message;
  chat.note(`${user}, to you alone: ${JSON.stringify(data)}`, "direct");
}

function enterRoom() {
  const name = roomOfAddress();
  if (!me || room?.name === name) return;
  room?.leave();
  cursors.clear();
  showRooms(name);
  showPeople([], me);
  room = new Room({ client, view, me, name });
  wire.useTopic(room.topic);
  chat.open({
    name,
    topic: room.topic,
    say: (text) => room.say(text),
    type: (typing) => room.type(typing),
  });
  showView("chat");
}

function enterAs(name) {
  me = name;
  const chip = byId("me");
  chip.hidden = false;
  chip.textContent = name;
  tint(chip, hueOf(name));
  room?.leave();
  room = null;
  client.stop();
  enterRoom();
  client.connect();
}

/// On a phone one of three views is shown.
function showView(name) {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll(".views button"))
    button.setAttribute("aria-pressed", button.dataset.view === name);
}

for (const button of document.querySelectorAll(".views button"))
  button.addEventListener("click", () => showView(button.dataset.view));
byId("me").addEventListener("click", async () => {
  const name = await askForName({ cancellable: true });
  if (name && name !== me) enterAs(name);
});
addEventListener("hashchange", enterRoom);
addEventListener("pagehide", () => room?.goodbye());
watchPointer((at) => room?.pointAt(at));
listenForRooms();
showRooms(roomOfAddress());
let name = rememberedName();
while (!name) name = await askForName();
enterAs(name);

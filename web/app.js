// The demo page: one client, one room at a time, and the views of both.

import { ChatView } from "./chat.js";
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
import { Client } from "./rookery.js";
import { Room } from "./room.js";
import { StatusView } from "./status.js";
import { Tap } from "./tap.js";
import { demoToken } from "./token.js";
import { listenForViews, showView } from "./views.js";
import { WireView } from "./wire.js";

const PING_MS = 5_000;
/// So long a message may wait for its receipt.
const PUBLISH_MS = 3_600_000;

let me = null;
let room = null;
let pingTimer = 0;

const tap = new Tap({
  frame: (direction, text) => {
    status.frame(direction);
    wire.frame(direction, text);
  },
  note: (text) => wire.note(text),
});
const client = new Client({
  url: `${location.origin.replace("http", "ws")}/ws`,
  token,
  webSocket: tap.WebSocket,
  pingIntervalMs: 0, // `measure` pings
  publishTimeoutMs: PUBLISH_MS,
});
const status = new StatusView({ onReconnect: () => client.connect() });
const wire = new WireView({
  onRaw: (text) => tap.say(text),
  onDrop: () => tap.drop(),
});
const chat = new ChatView();
const cursors = new CursorView();

const view = {
  entered: (reply) => chat.entered(reply),
  missed: (reset) => chat.missed(reset),
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

async function token() {
  try {
    return await demoToken(me);
  } catch (error) {
    wire.note(`no token: ${error.message}`);
    throw error;
  }
}

client.on("state", (state) => {
  status.state(state);
  if (state.phase === "open") return measure();
  cursors.clear();
  chat.nobodyTypes();
});
client.on("direct", ({ user, data }) => {
  chat.note(`${user}, to you alone: ${JSON.stringify(data)}`, "direct");
});

/// The round trip, which also finds out that nobody is there any more.
async function measure() {
  clearTimeout(pingTimer);
  try {
    status.roundTrip(await client.ping());
    pingTimer = setTimeout(measure, PING_MS);
  } catch {
    // The next connection measures again.
  }
}

function enterRoom() {
  const name = roomOfAddress();
  if (!me || room?.name === name) return;
  room?.leave();
  cursors.clear();
  showRooms(name);
  showPeople([], me, 0);
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
  client.close();
  enterRoom();
  client.connect();
}

listenForViews();
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

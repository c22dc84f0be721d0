// The demo page: one client, one room at a time, and the views of both.

import { ChatView } from "./chat.js";
import { watchPointer } from "./cursors.js";
import { Page } from "./page.js";
import {
  listenForRooms,
  roomOfAddress,
  showPeople,
  showRooms,
} from "./people.js";
import { Room } from "./room.js";
import { demoToken } from "./token.js";
import { showView } from "./views.js";

/// So long a message may wait for its receipt.
const PUBLISH_MS = 3_600_000;

let room = null;

const page = new Page({
  url: `${location.origin.replace("http", "ws")}/ws`,
  tokenOf: demoToken,
  publishTimeoutMs: PUBLISH_MS,
});
const { client, cursors, wire } = page;
const chat = new ChatView();

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

client.on("state", ({ phase }) => {
  if (phase !== "open") chat.nobodyTypes();
});
client.on("direct", ({ user, data }) => {
  chat.note(`${user}, to you alone: ${JSON.stringify(data)}`, "direct");
});

function enterRoom() {
  const { me } = page;
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

/// As the person that the page has met.
function enter() {
  room?.leave();
  room = null;
  client.close();
  enterRoom();
  client.connect();
}

addEventListener("hashchange", enterRoom);
addEventListener("pagehide", () => room?.goodbye());
watchPointer((at) => room?.pointAt(at));
listenForRooms();
showRooms(roomOfAddress());
await page.meet(enter);

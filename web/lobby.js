// The page of lobbies: one client, one lobby at a time, and the views of both.

import { watchPointer } from "./cursors.js";
import { byId } from "./dom.js";
import { LobbiesView, lobbyOfAddress, topicOf } from "./lobbies.js";
import { nodeUrls, tokenOfAnyNode } from "./nodes.js";
import { Page } from "./page.js";
import { Table } from "./table.js";
import { showView } from "./views.js";

const BACKOFF = { baseMs: 300, capMs: 5_000 };

const EXAMPLES = [
  ["which lobbies are open", '{"event":"lobby.list","id":1,"prefix":"lobby."}'],
  ["take a seat", '{"event":"lobby.join","id":2,"topic":"TOPIC"}'],
  ["be ready", '{"event":"lobby.ready","id":3,"topic":"TOPIC","ready":true}'],
  [
    "change the state, as host",
    '{"event":"lobby.set","id":4,"topic":"TOPIC","patch":{"by":"hand"}}',
  ],
  ["who listens", '{"event":"presence","id":5,"topic":"TOPIC"}'],
  ["leave the seat", '{"event":"lobby.leave","id":6,"topic":"TOPIC"}'],
];

let table = null;

const page = new Page({
  url: nodeUrls(),
  beginWithFirst: true,
  tokenOf: tokenOfAnyNode,
  backoff: BACKOFF,
  examples: EXAMPLES,
});
const { client, cursors, wire } = page;
const lobbies = new LobbiesView(client);

client.on("state", ({ phase, welcome }) => {
  if (phase === "open") document.body.dataset.node = welcome.node;
});

/// Sits down at the lobby of the address, or at none.
function goToAddress() {
  const { me } = page;
  const name = lobbyOfAddress();
  if (!me || table?.name === name) return;
  table?.leave();
  table = null;
  cursors.clear();
  byId("nowhere").hidden = name !== undefined;
  byId("table").hidden = name === undefined;
  lobbies.mark(name);
  if (name === undefined) return showView("side");
  const topic = topicOf(name);
  const locked = lobbies.isLocked(name);
  const lobby = client.lobby(topic);
  table = new Table({ lobby, name, me, cursors, locked });
  wire.useTopic(topic);
  showView("chat");
}

/// As the person that the page has met.
function enter() {
  table?.leave();
  table = null;
  client.close();
  client.connect();
  lobbies.watch();
  goToAddress();
}

wire.useTopic(topicOf("garden"));
byId("leave").addEventListener("click", () => (location.hash = ""));
addEventListener("hashchange", goToAddress);
watchPointer((at) => table?.pointAt(at));
await page.meet(enter);

// The page of lobbies: one client, one lobby at a time, and the views of both.

import { CursorView, watchPointer } from "./cursors.js";
import { byId, tint } from "./dom.js";
import { askForName, rememberedName } from "./gate.js";
import { LobbiesView, lobbyOfAddress, topicOf } from "./lobbies.js";
import { hueOf } from "./names.js";
import { nodeUrls, tokenOfAnyNode } from "./nodes.js";
import { Client } from "./rookery.js";
import { StatusView } from "./status.js";
import { Table } from "./table.js";
import { Tap } from "./tap.js";
import { listenForViews, showView } from "./views.js";
import { WireView } from "./wire.js";

const PING_MS = 5_000;
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

let me = null;
let table = null;
let pingTimer = 0;

const tap = new Tap({
  frame: (direction, text) => {
    status.frame(direction);
    wire.frame(direction, text);
  },
  note: (text) => wire.note(text),
});
const client = new Client({
  url: nodeUrls(),
  beginWithFirst: true,
  token,
  webSocket: tap.WebSocket,
  pingIntervalMs: 0, // `measure` pings
  backoff: BACKOFF,
});
const status = new StatusView({ onReconnect: () => client.connect() });
const wire = new WireView({
  onRaw: (text) => tap.say(text),
  onDrop: () => tap.drop(),
  examples: EXAMPLES,
});
const cursors = new CursorView();
const lobbies = new LobbiesView(client);

async function token() {
  try {
    return await tokenOfAnyNode(me);
  } catch (error) {
    wire.note(`no token: ${error.message}`);
    throw error;
  }
}

client.on("state", (state) => {
  status.state(state);
  if (state.phase === "open") {
    document.body.dataset.node = state.welcome.node;
    return measure();
  }
  cursors.clear();
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

/// Sits down at the lobby of the address, or at none.
function goToAddress() {
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

function enterAs(name) {
  me = name;
  const chip = byId("me");
  chip.hidden = false;
  chip.textContent = name;
  tint(chip, hueOf(name));
  table?.leave();
  table = null;
  client.close();
  client.connect();
  lobbies.watch();
  goToAddress();
}

listenForViews();
wire.useTopic(topicOf("garden"));
byId("me").addEventListener("click", async () => {
  const name = await askForName({ cancellable: true });
  if (name && name !== me) enterAs(name);
});
byId("leave").addEventListener("click", () => (location.hash = ""));
addEventListener("hashchange", goToAddress);
watchPointer((at) => table?.pointAt(at));
let name = rememberedName();
while (!name) name = await askForName();
enterAs(name);

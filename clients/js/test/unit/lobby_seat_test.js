// A seat over lost connections: it is taken back, or told as lost; calls under
// way happen once; the companion is entered again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { scripted, settle } from "../support/fake.js";
import {
  AT,
  entered,
  inLobby,
  ME,
  seatOf,
  snapshot,
  T,
  tells,
} from "../support/lobby.js";

const BACK = { recovered: true };
const PLAY = `$play.${T}`;

test("after a lost connection the seat is taken back, before all else", async () => {
  const { socket, lobby, words, connected } = await inLobby({
    join: { password: "s" },
  });
  socket.ends();
  const waiting = lobby.ready();
  assert.equal(lobby.seat, 0);
  const next = await connected();
  const { since } = next.replies("subscribe", entered("replay", BACK));
  assert.deepEqual(since, AT);
  tells(next, 6, "held", { user: ME, seat: 0, hold_ms: 30_000 });
  const { key, password } = next.replies("lobby.join", {
    seat: 0,
    epoch: "e",
    offset: 7,
  });
  // With the key of the first one it would be no more than that one's answer.
  assert.deepEqual([key, password], [undefined, "s"]);
  next.replies("lobby.ready", { epoch: "e", offset: 8 });
  await waiting;
  tells(next, 7, "joined", { user: ME, seat: 0, back: true });
  assert.deepEqual(lobby.state.seats, [seatOf(0, ME)]);
  assert.deepEqual(words, [
    "seated 0",
    `held ${ME}`,
    "seated 0 again",
    `joined ${ME}`,
  ]);
});

test("a seat that went to others is lost, and not asked for again", async () => {
  const { socket, lobby, words, connected } = await inLobby();
  socket.ends();
  const next = await connected();
  next.replies("subscribe", entered("replay", BACK));
  next.refuses("lobby.join", 120, "lobby_full");
  assert.deepEqual(words, ["seated 0", "lost lobby_full"]);
  assert.equal(lobby.seat, undefined);
  next.ends();
  const third = await connected();
  third.replies("subscribe", entered("replay", BACK));
  third.hearsNothing();
});

test("a node that is busy is asked for the seat again", async () => {
  const { clock, socket, lobby, connected } = await inLobby();
  socket.ends();
  const next = await connected();
  next.replies("subscribe", entered("replay", BACK));
  next.refuses("lobby.join", 108, "not_available");
  next.hearsNothing();
  await clock.advance(1000);
  next.replies("lobby.join", { seat: 0, epoch: "e", offset: 7 });
  assert.equal(lobby.seat, 0);
});

test("who was too late has a new seat, whatever the log tells of the old", async () => {
  const { socket, lobby, connected } = await inLobby();
  socket.ends();
  const next = await connected();
  const { id } = next.hears("subscribe");
  next.replies("lobby.join", { seat: 1, epoch: "e", offset: 8 });
  next.say("reply", { id, ...entered("replay", BACK) });
  tells(next, 7, "left", { user: ME, seat: 0, reason: "gone" });
  assert.equal(lobby.seat, 1);
  tells(next, 8, "joined", { user: ME, seat: 1 });
  next.ends();
  const third = await connected();
  third.replies("subscribe", entered("replay", BACK));
  third.replies("lobby.join", { seat: 1, epoch: "e", offset: 10 });
  assert.equal(lobby.seat, 1);
});

test("a snapshot that tells of no seat in the middle tells that it is gone", async () => {
  const { socket, lobby, words } = await inLobby();
  socket.say("gap", { topic: T, from: 6, to: 9, reason: "overflow" });
  socket.say("snapshot", snapshot({ seats: [] }, { epoch: "e", offset: 9 }));
  assert.equal(lobby.seat, undefined);
  assert.deepEqual(words.slice(1), ["reset position_lost", "lost not_seated"]);
});

test("a create that waited for the connection needs no join", async () => {
  const { client, connected } = scripted();
  const made = client.lobby(T).create({ seats: 2 });
  const socket = await connected();
  socket.replies("lobby.create", { seat: 0, ...AT });
  await made;
  socket.hears("subscribe");
  socket.hearsNothing();
});

test("who was kicked, or left by another tab, does not come back", async () => {
  for (const [change, fields] of [
    ["kicked", {}],
    ["left", { reason: "left" }],
  ]) {
    const { socket, lobby, connected } = await inLobby();
    tells(socket, 6, change, { user: ME, seat: 0, ...fields });
    assert.equal(lobby.seat, undefined);
    socket.ends();
    const next = await connected();
    next.hears("subscribe");
    next.hearsNothing();
  }
});

test("a lobby that began anew has its seat only from its snapshot", async () => {
  const { socket, lobby, words, connected } = await inLobby();
  socket.ends();
  const next = await connected();
  const at = { epoch: "f", offset: 2 };
  next.replies("subscribe", entered("snapshot", { ...at, recovered: false }));
  assert.equal(lobby.state, undefined);
  const none = { seats: [], host: undefined, size: 0 };
  next.say("snapshot", snapshot(none, at));
  assert.equal(lobby.seat, 0, "the answer to the join counts");
  next.refuses("lobby.join", 102, "unknown_topic");
  assert.deepEqual([lobby.state.exists, lobby.state.seats], [false, []]);
  assert.deepEqual(words, [
    "seated 0",
    "reset new_epoch",
    "lost unknown_topic",
  ]);
});

test("a lobby for players only is heard again with the seat", async () => {
  const { socket, lobby, connected } = await inLobby();
  socket.ends();
  const next = await connected();
  next.refuses("subscribe", 103, "permission_denied");
  next.replies("lobby.join", { seat: 0, epoch: "e", offset: 7 });
  assert.deepEqual(next.hears("subscribe").since, AT);
  assert.equal(lobby.seat, 0);
});

test("a create is one, over any number of connections", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const lobby = client.lobby(T);
  const made = lobby.create({ seats: 2, password: "s" });
  const { key } = socket.hears("lobby.create");
  socket.ends();
  const next = await connected();
  const again = next.replies("lobby.create", { seat: 0, ...AT });
  assert.equal(again.key, key);
  await made;
  next.hears("subscribe");
  // That was the answer of the first: this connection has to join.
  assert.equal(next.hears("lobby.join").password, "s");
});

test("who leaves while the connection is lost does not join first", async () => {
  const { socket, lobby, connected } = await inLobby();
  socket.ends();
  const left = lobby.leave();
  const next = await connected();
  next.hears("subscribe");
  next.replies("lobby.leave", { epoch: "e", offset: 9 });
  await left;
});

test("who leaves before the seat is there does not keep it", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const lobby = client.lobby(T);
  const joined = lobby.join();
  const left = lobby.leave();
  socket.replies("lobby.join", { seat: 0, ...AT });
  socket.replies("lobby.leave", { epoch: "e", offset: 6 });
  await assert.rejects(joined, { code: "closed" });
  await left;
  assert.equal(lobby.seat, undefined);
  socket.ends();
  const next = await connected();
  next.hearsNothing();
});

test("the companion is entered with the lobby, and spoken on with a seat", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const lobby = client.lobby(T);
  const heard = [];
  lobby.play
    .subscribe()
    .on("message", ({ user, data }) => heard.push([user, data]));
  assert.equal(lobby.play.topic, PLAY);
  assert.equal(lobby.play.tell([0, 0]), false);
  socket.hearsNothing();
  lobby.join();
  socket.replies("lobby.join", { seat: 0, ...AT });
  await settle();
  socket.replies("subscribe", entered());
  const { topic } = socket.replies("subscribe", { topic: PLAY, kind: "topic" });
  assert.equal(topic, PLAY);
  assert.ok(lobby.play.tell([0.5, 1]));
  const { id, ...said } = socket.hears("publish");
  assert.deepEqual(said, { event: "publish", topic: PLAY, data: [0.5, 1] });
  socket.say("message", { topic: PLAY, user: "rook", data: [1, 1], at: 1 });
  assert.deepEqual(heard, [["rook", [1, 1]]]);
  lobby.leave();
  socket.replies("lobby.leave", AT);
  await settle();
  assert.deepEqual(
    [socket.hears("unsubscribe").topic, socket.hears("unsubscribe").topic],
    [PLAY, T],
  );
});

test("a companion that was asked for too early is asked for again", async () => {
  const { socket, lobby, connected } = await inLobby();
  const refused = [];
  lobby.play.subscribe().on("refused", ({ code }) => refused.push(code));
  socket.replies("subscribe", { topic: PLAY, kind: "topic" });
  socket.ends();
  const next = await connected();
  const { id } = next.hears("subscribe");
  next.refuses("subscribe", 103, "permission_denied");
  next.say("reply", { id, ...entered("replay", BACK) });
  next.hears("lobby.join");
  next.replies("subscribe", { topic: PLAY, kind: "topic" });
  assert.deepEqual(refused, []);
});

// What the application sees of a topic while connections come and go.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeVisibility, scripted, told } from "../support/fake.js";

const T = "room.a";
const LIVE = { topic: T, kind: "room", epoch: "e", offset: 5, mode: "live" };
const event = (offset) => ({
  topic: T,
  offset,
  data: offset,
  user: "u",
  at: 1,
});

/// A client in a room, at offset 5.
async function inRoom(options) {
  const all = scripted(options);
  const socket = await all.connected();
  const room = all.client.subscribe(T);
  const words = told(room);
  socket.replies("subscribe", LIVE);
  socket.say("live", { topic: T, offset: 5 });
  assert.deepEqual(words.splice(0), ["subscribed live", "live 5"]);
  return { ...all, socket, room, words };
}

test("a lost connection resumes without a hole or a repeat", async () => {
  const { socket, words, connected } = await inRoom();
  socket.say("message", event(6));
  socket.ends();
  const next = await connected();
  const { since } = next.replies("subscribe", {
    ...LIVE,
    offset: 8,
    mode: "replay",
    recovered: true,
  });
  assert.deepEqual(since, { epoch: "e", offset: 6 });
  for (const offset of [6, 7, 8]) next.say("message", event(offset));
  next.say("live", { topic: T, offset: 8 });
  next.say("message", event(9));
  assert.deepEqual(words, [
    "message 6",
    "subscribed replay",
    "message 7",
    "message 8",
    "live 8",
    "message 9",
  ]);
});

test("a gap and its repair repeat nothing", async () => {
  const { socket, words } = await inRoom();
  socket.say("gap", { topic: T, from: 6, to: 7, reason: "overflow" });
  for (const offset of [6, 7]) socket.say("message", event(offset));
  socket.say("live", { topic: T, offset: 7 });
  assert.deepEqual(words, ["gap repaired", "message 6", "message 7", "live 7"]);
});

test("a gap that a snapshot closes is a reset", async () => {
  const { socket, words, room } = await inRoom();
  socket.say("gap", { topic: T, from: 6, to: 90, reason: "overflow" });
  socket.say("snapshot", {
    topic: T,
    epoch: "e",
    offset: 90,
    state: { members: [] },
  });
  socket.say("live", { topic: T, offset: 90 });
  assert.deepEqual(words, [
    "gap repaired",
    "reset position_lost",
    "snapshot 90",
    "live 90",
  ]);
  assert.deepEqual(room.position, { epoch: "e", offset: 90 });
});

test("a gap that nothing will close says so", async () => {
  const { socket, words } = await inRoom();
  socket.say("gap", { topic: T, from: 6, to: 6, reason: "too_large" });
  socket.say("gap", { topic: T, dropped: 3, reason: "overflow" });
  assert.deepEqual(words, ["gap final", "gap final"]);
});

test("a new epoch is a reset, and then a snapshot", async () => {
  const { socket, words, connected } = await inRoom();
  socket.ends();
  const next = await connected();
  next.replies("subscribe", {
    ...LIVE,
    epoch: "f",
    offset: 1,
    mode: "snapshot",
    recovered: false,
  });
  next.say("snapshot", {
    topic: T,
    epoch: "f",
    offset: 1,
    state: { members: [] },
  });
  next.say("message", event(2));
  assert.deepEqual(words, [
    "subscribed snapshot",
    "reset new_epoch",
    "snapshot 1",
    "message 2",
  ]);
});

test("a snapshot that was promised and did not come is asked for again", async () => {
  const { socket, connected } = await inRoom();
  socket.ends();
  const next = await connected();
  next.replies("subscribe", {
    ...LIVE,
    epoch: "f",
    mode: "snapshot",
    recovered: false,
  });
  next.ends();
  const last = await connected();
  const { snapshot, since } = last.hears("subscribe");
  assert.deepEqual([snapshot, since], [true, undefined]);
});

test("a position that was kept is where a subscription begins", async () => {
  const { client, connected } = scripted();
  const since = { epoch: "e", offset: 3 };
  const words = told(client.subscribe(T, { since, snapshot: true }));
  const socket = await connected();
  const wish = socket.replies("subscribe", {
    ...LIVE,
    mode: "replay",
    recovered: true,
  });
  assert.deepEqual(wish.since, since);
  for (const offset of [3, 4, 5]) socket.say("message", event(offset));
  assert.deepEqual(words, ["subscribed replay", "message 4", "message 5"]);
});

test("unsubscribing while offline is not undone by the next connection", async () => {
  const { socket, room, words, connected } = await inRoom();
  socket.ends();
  room.unsubscribe();
  const next = await connected();
  next.hearsNothing();
  assert.deepEqual(words, []);
  assert.ok(room.ended);
});

test("leaving and entering a topic take turns", async () => {
  const { client, socket, room, words } = await inRoom();
  room.unsubscribe();
  const again = told(client.subscribe(T));
  const { id } = socket.hears("unsubscribe");
  socket.hearsNothing();
  socket.say("message", event(6)); // on its way before the server knew
  socket.say("reply", { id, topic: T });
  socket.replies("subscribe", { ...LIVE, offset: 6 });
  assert.deepEqual([words, again], [[], ["subscribed live"]]);
});

test("a topic that is left before its answer is left after it", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const room = client.subscribe(T);
  const words = told(room);
  const { id } = socket.hears("subscribe");
  room.unsubscribe();
  socket.hearsNothing();
  socket.say("reply", { id, ...LIVE });
  socket.replies("unsubscribe", { topic: T });
  assert.deepEqual(words, []);
});

test("a second subscription to a topic is a mistake", async () => {
  const { client } = await inRoom();
  assert.throws(() => client.subscribe(T), { code: "already_subscribed" });
});

test("a refusal is told, and tried again on the next connection", async () => {
  const { client, connected } = scripted();
  const words = told(client.subscribe(T));
  const socket = await connected();
  socket.refuses("subscribe", 103, "permission_denied");
  assert.deepEqual(words, ["refused permission_denied"]);
  socket.ends();
  (await connected()).replies("subscribe", LIVE);
  assert.deepEqual(words.slice(1), ["subscribed live"]);
});

test("a node that is busy for the moment is asked again", async () => {
  const { client, clock, connected } = scripted();
  const words = told(client.subscribe(T));
  const socket = await connected();
  socket.refuses("subscribe", 108, "not_available");
  socket.hearsNothing();
  await clock.advance(500);
  socket.replies("subscribe", LIVE);
  assert.deepEqual(words, ["subscribed live"]);
});

test("an answer that does not come ends the connection", async () => {
  const { client, clock, connected } = scripted();
  const socket = await connected();
  client.subscribe(T);
  await clock.advance(10_000);
  assert.notEqual(socket.closed, null);
  assert.equal(client.state.phase, "waiting");
});

test("a hidden page receives nothing, and catches up", async () => {
  const page = new FakeVisibility();
  const { client, socket, connected } = await inRoom({ pauseWhenHidden: page });
  page.set(true);
  assert.equal(socket.replies("flow.pause").topic, undefined);
  client.subscribe("room.b");
  socket.hears("subscribe");
  assert.equal(socket.hears("flow.pause").topic, "room.b");
  socket.ends();
  const next = await connected();
  for (const topic of [T, "room.b"]) {
    assert.equal(next.hears("subscribe").topic, topic);
    assert.equal(next.hears("flow.pause").topic, topic);
  }
  page.set(false);
  assert.equal(next.replies("flow.resume").topic, undefined);
  client.close();
  assert.equal(page.watchers.size, 0);
});

// A lobby's handle: what it says, what it tells, and what it knows.

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

const keyed = /^[0-9a-f]{16}-\d+$/;

test("who creates a lobby has seat 0, and then follows it", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const lobby = client.lobby(T);
  const made = lobby.create({
    seats: 2,
    state: { turn: 0 },
    info: { mode: "duel" },
    minPlayers: 2,
    autoStart: true,
    private: true,
    password: "s",
    spectators: false,
  });
  const { id, key, ...asked } = socket.hears("lobby.create");
  assert.match(key, keyed);
  assert.deepEqual(asked, {
    event: "lobby.create",
    topic: T,
    seats: 2,
    state: { turn: 0 },
    info: { mode: "duel" },
    min_players: 2,
    auto_start: true,
    private: true,
    password: "s",
    spectators: false,
  });
  socket.hearsNothing(); // a lobby that is not there has no topic
  socket.say("reply", { id, seat: 0, ...AT });
  assert.deepEqual(await made, { seat: 0, ...AT });
  assert.equal(socket.hears("subscribe").snapshot, true);
  assert.equal(lobby.seat, 0);
  assert.equal(lobby.state, undefined);
});

test("a lobby that exists is a conflict, and leaves no handle behind", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const lobby = client.lobby(T);
  const made = lobby.create({ seats: 2 });
  assert.equal(client.lobby(T), lobby);
  socket.refuses("lobby.create", 113, "conflict");
  await assert.rejects(made, { code: "conflict" });
  socket.hearsNothing();
  assert.notEqual(client.lobby(T), lobby);
  const other = client.lobby(T).join();
  socket.replies("lobby.join", { seat: 1, ...AT });
  assert.equal((await other).seat, 1);
});

test("each change is told by its name, and the state follows", async () => {
  const { socket, lobby, words } = await inLobby({
    state: { state: { a: 1 }, info: { mode: "duel" } },
  });
  const views = [];
  lobby.on("changed", (view) => views.push(view));
  const first = lobby.state;
  assert.deepEqual([first.seatCount, first.exists], [2, true]);
  assert.deepEqual(first.info, { mode: "duel" });
  assert.ok(lobby.isHost);
  const rook = { user: "rook", seat: 1 };
  tells(socket, 6, "joined", rook);
  tells(socket, 7, "ready", { user: "rook", ready: true });
  tells(socket, 8, "state", { user: ME, patch: { a: null, b: [1] } });
  tells(socket, 9, "held", { ...rook, hold_ms: 30_000 });
  assert.deepEqual(
    lobby.state.seats[1],
    seatOf(1, "rook", { ready: true, held: true }),
  );
  tells(socket, 10, "joined", { ...rook, back: true });
  assert.deepEqual(lobby.state.seats[1], seatOf(1, "rook", { ready: true }));
  tells(socket, 11, "host", { user: "rook" });
  tells(socket, 12, "started", { user: "rook" });
  assert.ok(!lobby.isHost && lobby.state.started);
  assert.deepEqual(lobby.state.state, { b: [1] });
  tells(socket, 13, "left", { ...rook, reason: "left" });
  tells(socket, 14, "kicked", { user: ME, seat: 0 });
  assert.deepEqual([lobby.state.seats, lobby.seat], [[], undefined]);
  tells(socket, 15, "closed", { reason: "empty" });
  assert.deepEqual(words, [
    "seated 0",
    "joined rook",
    "ready rook true",
    "state 8",
    "held rook",
    "joined rook",
    "host rook",
    "started rook",
    "left rook",
    `kicked ${ME}`,
    "closed empty",
  ]);
  assert.equal(views.length, 10);
  assert.equal(views.at(-1), lobby.state);
  assert.deepEqual(first.state, { a: 1 }, "documents are left as they were");
  assert.deepEqual(lobby.position, { epoch: "e", offset: 15 });
});

test("a name that is used again is another lobby", async () => {
  const { socket, lobby } = await inLobby({ state: { started: true } });
  tells(socket, 6, "closed", { reason: "host" });
  const { exists, closed: why } = lobby.state;
  assert.deepEqual([exists, why, lobby.seat], [false, "host", undefined]);
  const created = { seats: 4, host: "rook", state: { n: 1 }, info: null };
  tells(socket, 7, "joined", { user: "rook", seat: 0, ...created });
  const { seats, seatCount, host, started, closed, state } = lobby.state;
  assert.deepEqual(seats, [seatOf(0, "rook")]);
  assert.deepEqual(
    [seatCount, host, started, closed, state],
    [4, "rook", false, undefined, { n: 1 }],
  );
});

test("members are who listens, seated or not", async () => {
  const ann = { user: "ann", connections: 1, since: 2, held: false };
  const { socket, lobby } = await inLobby({
    state: { members: [ann], count: 1 },
  });
  const member = { user: "bob", info: { bird: true } };
  socket.say("joined", { topic: T, offset: 6, member });
  const names = () => lobby.state.members.map(({ user }) => user);
  assert.deepEqual([names(), lobby.state.count], [["ann", "bob"], 2]);
  socket.say("left", { topic: T, offset: 7, member, reason: "closed" });
  assert.deepEqual([names(), lobby.state.count], [["ann"], 1]);
  socket.say("members", { topic: T, count: 5000 });
  assert.equal(lobby.state.count, 5000);
  socket.say("state", { topic: T, offset: 8, patch: { a: 1 }, user: "ann" });
  assert.deepEqual(lobby.state.state, { a: 1 });
});

test("every call names the lobby, and those that change it have a key", async () => {
  const { socket, lobby } = await inLobby();
  const calls = [
    [() => lobby.ready(), "lobby.ready", { ready: true }],
    [() => lobby.ready(false), "lobby.ready", { ready: false }],
    [
      () => lobby.set({ a: null }, { ifOffset: 5 }),
      "lobby.set",
      { patch: { a: null }, if_offset: 5 },
    ],
    [() => lobby.kick("rook"), "lobby.kick", { user: "rook" }],
    [() => lobby.invite("rook"), "lobby.invite", { user: "rook" }],
    [() => lobby.start(), "lobby.start", {}],
    [() => lobby.close(), "lobby.close", {}],
    [() => lobby.publish("hi"), "publish", { data: "hi" }],
  ];
  for (const [call, event, fields] of calls) {
    const done = call();
    const { id, key, ...asked } = socket.hears(event);
    assert.match(key, keyed);
    assert.deepEqual(asked, { event, topic: T, ...fields });
    socket.say("reply", { id, epoch: "e", offset: 9 });
    assert.deepEqual(await done, { epoch: "e", offset: 9 });
  }
  const mine = lobby.start({ key: "mine" });
  assert.equal(socket.hears("lobby.start").key, "mine");
  mine.catch(() => {});
});

test("a player speaks to the host or to a seat, once", async () => {
  const { socket, lobby } = await inLobby();
  const toHost = lobby.send({ cell: 4 });
  const { id, ...asked } = socket.hears("lobby.send");
  const event = "lobby.send";
  assert.deepEqual(asked, { event, topic: T, to: "host", data: { cell: 4 } });
  socket.say("reply", { id, connections: 1 });
  assert.deepEqual(await toHost, { connections: 1 });
  const lost = lobby.send("psst", { seat: 1 });
  assert.equal(socket.hears("lobby.send").seat, 1);
  socket.ends();
  await assert.rejects(lost, { code: "disconnected" });
});

test("what is said to us in a lobby comes to its handle", async () => {
  const { client, socket, words } = await inLobby();
  const directs = [];
  client.on("direct", ({ data }) => directs.push(data));
  socket.say("direct", { topic: T, user: "rook", data: "here" });
  socket.say("direct", { topic: "lobby.other", user: "rook", data: "there" });
  socket.say("direct", { user: "rook", data: "anywhere" });
  assert.deepEqual(words.slice(1), ["direct here"]);
  assert.deepEqual(directs, ["there", "anywhere"]);
});

test("who leaves frees the seat and hears no more", async () => {
  const { client, socket, lobby, words } = await inLobby();
  const left = lobby.leave();
  assert.equal(lobby.seat, undefined);
  socket.replies("lobby.leave", { epoch: "e", offset: 6 });
  await left;
  socket.replies("unsubscribe");
  tells(socket, 7, "joined", { user: "rook", seat: 0 });
  assert.deepEqual([words.slice(1), lobby.state], [[], undefined]);
  assert.notEqual(client.lobby(T), lobby);
});

test("who has no seat any more leaves without an error", async () => {
  const { socket, lobby } = await inLobby();
  const left = lobby.leave();
  socket.refuses("lobby.leave", 121, "not_seated");
  await left;
  socket.replies("unsubscribe");
});

test("who looks on has the state and no seat", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const lobby = client.lobby(T).watch();
  socket.replies("subscribe", entered());
  socket.say("snapshot", snapshot({ seats: [seatOf(0, "ann")], host: "ann" }));
  assert.deepEqual([lobby.seat, lobby.isHost], [undefined, false]);
  assert.equal(lobby.state.host, "ann");
  await lobby.leave(); // nothing to say but that we listen no more
  socket.hears("unsubscribe");
});

test("a topic has one handle at a time", async () => {
  const { client, lobby } = await inLobby();
  assert.equal(client.lobby(T), lobby);
  assert.throws(() => client.subscribe(T), { code: "already_subscribed" });
  client.subscribe("lobby.y");
  await assert.rejects(client.lobby("lobby.y").join(), {
    code: "already_subscribed",
  });
});

test("a client that is closed leaves its lobbies", async () => {
  const { client, socket, lobby } = await inLobby();
  client.close();
  assert.equal(lobby.state, undefined);
  assert.equal(socket.closed[0], 1000);
  await assert.rejects(lobby.ready(), { code: "closed" });
  await settle();
});

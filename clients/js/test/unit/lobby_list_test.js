// Listings of lobbies, page by page and live, and matching.

import assert from "node:assert/strict";
import { test } from "node:test";

import { scripted, settle } from "../support/fake.js";
import { AT, entered, seatOf, ME, snapshot, T } from "../support/lobby.js";

const LIST = "$lobbies.lobby";
const listed = (name, taken = 1) => ({
  topic: `lobby.${name}`,
  seats: 4,
  taken,
  info: { mode: "duel" },
});
const names = ({ current }) =>
  current.map(({ topic, taken }) => `${topic.slice(6)}${taken}`).join(" ");

/// A client that watches a listing, which had these at offset 7.
async function watching(lobbies, more = {}) {
  const all = scripted();
  const socket = await all.connected();
  const list = all.client.lobbies("lobby").watch();
  const { topic, snapshot } = socket.replies("subscribe", {
    topic: LIST,
    kind: "room",
    epoch: "e",
    offset: 7,
    mode: "snapshot",
  });
  assert.deepEqual([topic, snapshot], [LIST, true]);
  const state = { lobbies, count: lobbies.length, ...more };
  socket.say("snapshot", { topic: LIST, epoch: "e", offset: 7, state });
  return { ...all, socket, list };
}

const changes = (socket, offset, change, lobby) =>
  socket.say("lobbies.changed", { topic: LIST, offset, change, lobby });

test("a live list is in the order of the names, and follows each change", async () => {
  const { socket, list } = await watching([listed("b"), listed("a")]);
  const seen = [];
  list.on("changed", ({ change, lobby }) => seen.push([change, lobby.topic]));
  let lists = 0;
  list.on("list", (all) => (lists += Number(all === list.current)));
  assert.equal(names(list), "a1 b1");
  changes(socket, 8, "created", listed("aa"));
  changes(socket, 9, "changed", listed("b", 2));
  changes(socket, 10, "changed", listed("c", 3)); // we meet it by this
  changes(socket, 11, "closed", { topic: "lobby.a" });
  changes(socket, 12, "closed", { topic: "lobby.unknown" });
  assert.equal(names(list), "aa1 b2 c3");
  assert.equal(lists, 5);
  assert.deepEqual(seen.at(0), ["created", "lobby.aa"]);
});

test("after a lost connection a live list goes on where it was", async () => {
  const { socket, list, connected } = await watching([listed("a")]);
  changes(socket, 8, "created", listed("b"));
  socket.ends();
  const next = await connected();
  const reply = { topic: LIST, kind: "room", epoch: "e", offset: 9 };
  const more = { ...reply, mode: "replay", recovered: true };
  const { since } = next.replies("subscribe", more);
  assert.deepEqual(since, { epoch: "e", offset: 8 });
  changes(next, 9, "closed", { topic: "lobby.a" });
  assert.equal(names(list), "b1");
});

test("a list that lost its place begins with a new snapshot", async () => {
  const { socket, list, connected } = await watching([listed("a")]);
  socket.ends();
  const next = await connected();
  const lost = { topic: LIST, kind: "room", epoch: "f", offset: 3 };
  next.replies("subscribe", { ...lost, mode: "live", recovered: false });
  next.replies("unsubscribe");
  assert.equal(next.hears("subscribe").snapshot, true);
  assert.equal(names(list), "");
});

test("what a snapshot has no room for comes by pages, and stays newest", async () => {
  const { socket, list } = await watching([listed("a")], { next: "lobby.a" });
  assert.equal(names(list), "a1");
  const { id, after, prefix } = socket.hears("lobby.list");
  assert.deepEqual([prefix, after], ["lobby.", "lobby.a"]);
  changes(socket, 9, "changed", listed("b", 3));
  changes(socket, 10, "closed", { topic: "lobby.c" });
  const page = { epoch: "e", offset: 8, next: "lobby.d" };
  const lobbies = [listed("b", 2), listed("c"), listed("d")];
  socket.say("reply", { id, lobbies, ...page });
  await settle();
  assert.equal(names(list), "a1 b3 d1");
  const last = { lobbies: [listed("e")], epoch: "e", offset: 11 };
  assert.equal(socket.replies("lobby.list", last).after, "lobby.d");
  await settle();
  assert.equal(names(list), "a1 b3 d1 e1");
  socket.hearsNothing();
});

test("nothing comes after the end of watching", async () => {
  const { socket, list } = await watching([listed("a")]);
  list.unwatch();
  socket.replies("unsubscribe");
  assert.deepEqual(list.current, []);
  list.watch();
  assert.equal(socket.hears("subscribe").snapshot, true);
});

test("pages come as they are asked for", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const list = client.lobbies("lobby.duel-");
  const asked = { limit: 2, free: 1, info: { mode: "duel" } };
  const page = list.list({ ...asked, after: "lobby.duel-b" });
  const answer = { lobbies: [listed("duel-c")], epoch: "e", offset: 9 };
  const { id, event, ...said } = socket.replies("lobby.list", answer);
  assert.deepEqual(said, {
    prefix: "lobby.duel-",
    ...asked,
    after: "lobby.duel-b",
  });
  assert.deepEqual(await page, answer);

  const all = list.all({ limit: 1 });
  const found = [];
  for (const [name, next] of [["a", "lobby.a"], ["b"]]) {
    const one = all.next();
    await settle();
    socket.replies("lobby.list", { lobbies: [listed(name)], next });
    found.push((await one).value.topic);
  }
  assert.ok((await all.next()).done);
  assert.deepEqual(found, ["lobby.a", "lobby.b"]);
});

// -- matching --------------------------------------------------------------------

const MATCHED = { topic: T, seat: 1, created: false, ...AT };

test("a match is a seat in a lobby that is followed", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const found = client.match({
    prefix: "lobby.",
    seats: 2,
    info: { mode: "duel" },
    state: { a: 1 },
    minPlayers: 2,
    autoStart: true,
    waitMs: 5000,
  });
  const { id, key, ...asked } = socket.hears("lobby.match");
  assert.deepEqual(asked, {
    event: "lobby.match",
    prefix: "lobby.",
    seats: 2,
    info: { mode: "duel" },
    state: { a: 1 },
    min_players: 2,
    auto_start: true,
    wait_ms: 5000,
  });
  socket.say("reply", { id, ...MATCHED });
  const { lobby, ...receipt } = await found;
  assert.deepEqual(receipt, MATCHED);
  assert.equal(lobby, client.lobby(T));
  assert.equal(lobby.seat, 1);
  socket.replies("subscribe", entered());
  const seats = [seatOf(0, "ann"), seatOf(1, ME)];
  socket.say("snapshot", snapshot({ seats, host: "ann" }));
  assert.equal(lobby.state.host, "ann");

  socket.ends(); // and the seat is ours on the next connection, too
  const next = await connected();
  next.hears("subscribe");
  next.hears("lobby.join");
});

test("a match that nobody joins ends as the server says, after its wait", async () => {
  const { client, clock, connected } = scripted({ requestTimeoutMs: 1000 });
  const socket = await connected();
  const wanted = { prefix: "lobby.", create: false, waitMs: 5000 };
  const found = client.match(wanted);
  await clock.advance(5500);
  const { create, wait_ms } = socket.hears("lobby.match");
  assert.deepEqual([create, wait_ms], [false, 5000]);
  socket.said.length = 0;
  const none = { id: 1, code: 108, error: "not_available", message: "none" };
  socket.say("error", none);
  await assert.rejects(found, { code: "not_available" });
  socket.hearsNothing();
});

test("a match is looked for again on the next connection", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const found = client.match({ prefix: "lobby.", seats: 2 });
  const first = socket.hears("lobby.match");
  socket.ends();
  const next = await connected();
  const again = next.replies("lobby.match", MATCHED);
  assert.deepEqual(again, first);
  assert.match(first.key, /^[0-9a-f]{16}-\d+$/);
  assert.equal((await found).seat, 1);
  next.hears("subscribe");
  next.hears("lobby.join"); // it may be the answer of the lost connection's
});

test("a match is cancelled by its signal", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const abort = new AbortController();
  const { signal } = abort;
  const found = client.match({ prefix: "lobby.", seats: 2, signal });
  const { id } = socket.hears("lobby.match");
  abort.abort();
  await assert.rejects(found, { code: "aborted", number: 0 });
  const cancel = socket.replies("lobby.match.cancel");
  assert.equal(cancel.match, id);
  socket.say("error", { id, code: 108, error: "not_available", message: "" });
  await settle();
  socket.hearsNothing();
  await assert.rejects(client.match({ prefix: "lobby.", seats: 2, signal }), {
    code: "aborted",
  });
  socket.hearsNothing();
});

test("a seat that came before the cancel is left", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const abort = new AbortController();
  const { signal } = abort;
  const found = client.match({ prefix: "lobby.", seats: 2, signal });
  const { id } = socket.hears("lobby.match");
  abort.abort();
  await assert.rejects(found, { code: "aborted" });
  socket.hears("lobby.match.cancel");
  socket.say("reply", { id, ...MATCHED });
  await settle();
  assert.equal(socket.hears("lobby.leave").topic, T);
});

test("a match that was not sent, or whose connection was lost, just ends", async () => {
  const { client, connected } = scripted();
  const abort = new AbortController();
  const unsent = client.match({
    prefix: "lobby.",
    seats: 2,
    signal: abort.signal,
  });
  abort.abort();
  await assert.rejects(unsent, { code: "aborted" });
  const socket = await connected();
  socket.hearsNothing();

  const later = new AbortController();
  const { signal } = later;
  const sent = client.match({ prefix: "lobby.", seats: 2, signal });
  socket.hears("lobby.match");
  later.abort();
  await assert.rejects(sent, { code: "aborted" });
  socket.ends();
  const next = await connected();
  next.hearsNothing();
});

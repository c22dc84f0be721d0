// The shared state of a room: merged as RFC 7396 says, known from a snapshot on
// and no longer than it is sure.

import assert from "node:assert/strict";
import { test } from "node:test";

import { scripted, settle, told } from "../support/fake.js";
import { mergePatch } from "../support/parts.js";

const T = "room.a";
const LIVE = { topic: T, kind: "room", epoch: "e", offset: 5, mode: "live" };
const patched = (offset, patch) => ({
  topic: T,
  offset,
  patch,
  user: "ann",
  at: 1,
});
const snapshot = (offset, state, epoch = "e") => ({
  topic: T,
  epoch,
  offset,
  state: { members: [], count: 0, state },
});

/// A client in a room that had this state at offset 5.
async function inRoom(state) {
  const all = scripted();
  const socket = await all.connected();
  const room = all.client.subscribe(T, { snapshot: true });
  socket.replies("subscribe", { ...LIVE, mode: "snapshot" });
  socket.say("snapshot", snapshot(5, state));
  socket.say("live", { topic: T, offset: 5 });
  const changes = [];
  room.on("state", (event) => changes.push(event));
  return { ...all, socket, room, changes };
}

// Appendix A of the RFC: the original, the patch, the result.
const RFC_CASES = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', "{}"],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', "null", "null"],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
  ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

for (const [original, patch, result] of RFC_CASES)
  test(`${original} with ${patch} is ${result}`, () => {
    const before = JSON.parse(original);
    const merged = mergePatch(before, JSON.parse(patch));
    assert.deepEqual(merged, JSON.parse(result));
    assert.deepEqual(
      before,
      JSON.parse(original),
      "the original is left alone",
    );
  });

test("a patch sets no prototype, and bytes are no object", () => {
  const patch = JSON.parse('{"__proto__":{"evil":true},"constructor":1}');
  const merged = mergePatch({}, patch);
  assert.equal(merged.evil, undefined);
  assert.deepEqual(Object.keys(merged), ["__proto__", "constructor"]);
  const bytes = new Uint8Array([1, 2]);
  assert.equal(mergePatch({ a: { b: 1 } }, { a: bytes }).a, bytes);
});

test("the state is known from the snapshot on, and follows each change", async () => {
  const { socket, room, changes } = await inRoom({ turn: 1, board: { x: 1 } });
  const first = room.state;
  socket.say("state", patched(6, { turn: 2, board: { x: null, y: 3 } }));
  assert.deepEqual(room.state, { turn: 2, board: { y: 3 } });
  assert.deepEqual(first, { turn: 1, board: { x: 1 } });
  const [{ patch, state, user, at, offset }] = changes;
  assert.deepEqual([user, at, offset], ["ann", 1, 6]);
  assert.deepEqual(patch, { turn: 2, board: { x: null, y: 3 } });
  assert.equal(state, room.state);
  assert.deepEqual(room.position, { epoch: "e", offset: 6 });
});

test("a room without a state gets its first", async () => {
  const { socket, room } = await inRoom(null);
  assert.equal(room.state, null);
  socket.say("state", patched(6, { turn: 1 }));
  assert.deepEqual(room.state, { turn: 1 });
});

test("without a snapshot the state is not known, but its changes are told", async () => {
  const { client, connected } = scripted();
  const room = client.subscribe(T);
  const changes = [];
  room.on("state", (event) => changes.push(event));
  const socket = await connected();
  socket.replies("subscribe", LIVE);
  socket.say("state", patched(6, { turn: 1 }));
  assert.equal(room.state, undefined);
  assert.deepEqual(
    changes.map(({ patch, state }) => [patch, state]),
    [[{ turn: 1 }, undefined]],
  );
});

test("after a lost connection each change is applied once", async () => {
  const { socket, room, changes, connected } = await inRoom({ list: [] });
  socket.say("state", patched(6, { a: 1 }));
  socket.ends();
  const next = await connected();
  next.replies("subscribe", { ...LIVE, mode: "replay", recovered: true });
  next.say("state", patched(6, { a: 9 })); // it is known by its offset
  next.say("state", patched(7, { b: 2 }));
  assert.deepEqual(room.state, { list: [], a: 1, b: 2 });
  assert.equal(changes.length, 2);
});

test("a reset makes the state void until the next snapshot", async () => {
  const { socket, room, connected } = await inRoom({ turn: 1 });
  let atReset = "not told";
  room.on("reset", () => (atReset = room.state));
  socket.ends();
  const next = await connected();
  const reply = { ...LIVE, epoch: "f", mode: "snapshot", recovered: false };
  next.replies("subscribe", reply);
  assert.deepEqual([atReset, room.state], [undefined, undefined]);
  next.say("snapshot", snapshot(5, { turn: 7 }, "f"));
  assert.deepEqual(room.state, { turn: 7 });
});

test("an event that never comes may have been a change", async () => {
  const { socket, room } = await inRoom({ turn: 1 });
  socket.say("gap", { topic: T, from: 6, to: 7, reason: "overflow" });
  assert.deepEqual(room.state, { turn: 1 });
  socket.say("gap", { topic: T, from: 6, to: 6, reason: "too_large" });
  assert.equal(room.state, undefined);
});

test("a state that was kept with its position is gone on with", async () => {
  const { client, connected } = scripted();
  const since = { epoch: "e", offset: 3 };
  const room = client.subscribe(T, { since, state: { turn: 1 } });
  const socket = await connected();
  const reply = { ...LIVE, mode: "replay", recovered: true };
  socket.replies("subscribe", reply);
  socket.say("state", patched(4, { turn: 2 }));
  assert.deepEqual(room.state, { turn: 2 });
  // Without its position nobody knows what of it still holds.
  assert.equal(client.subscribe("room.b", { state: {} }).state, undefined);
});

test("a change has a receipt, and keeps its key until then", async () => {
  const { socket, room, connected } = await inRoom({});
  const receipt = room.set({ turn: 2 }, { ifOffset: 5 });
  const { id, ...asked } = socket.hears("room.set");
  assert.match(asked.key, /^[0-9a-f]{16}-1$/);
  const wanted = { event: "room.set", topic: T, patch: { turn: 2 } };
  assert.deepEqual(asked, { ...wanted, if_offset: 5, key: asked.key });
  socket.ends();
  const next = await connected();
  next.hears("subscribe");
  const again = next.replies("room.set", { epoch: "e", offset: 6 });
  assert.equal(again.key, asked.key);
  assert.deepEqual(await receipt, { epoch: "e", offset: 6 });
});

test("a change of what has changed meanwhile is a conflict", async () => {
  const { socket, room } = await inRoom({});
  const refused = room.set({ turn: 2 }, { ifOffset: 4, key: "mine" });
  socket.refuses("room.set", 113, "conflict");
  await assert.rejects(refused, { code: "conflict", number: 113 });
});

test("changes and publishes are sent in the order of the calls", async () => {
  const { client, connected } = scripted();
  const receipts = [
    client.publish(T, 1),
    client.set(T, { a: 1 }),
    client.publish(T, 2),
  ];
  const socket = await connected();
  for (const event of ["publish", "room.set", "publish"])
    socket.replies(event, { epoch: "e", offset: 1 });
  await Promise.all(receipts);
});

test("a large room tells how many there are", async () => {
  const { socket, room } = await inRoom({});
  const words = told(room);
  socket.say("members", { topic: T, count: 12_345 });
  assert.deepEqual(words, ["members 12345"]);
  assert.equal(room.position.offset, 5);
});

test("members come page by page, as far as somebody wants them", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const member = (user) => ({ user, connections: 1, since: 1, held: false });
  const pages = {
    undefined: { members: ["ann", "bob"].map(member), next: "bob" },
    bob: { members: ["cyd"].map(member) },
  };
  const answer = (wanted) => {
    const { limit, after } = socket.replies("presence", {
      count: 3,
      ...pages[wanted],
    });
    assert.deepEqual([limit, `${after}`], [2, wanted]);
  };
  const all = client.members(T, { pageSize: 2 });
  const users = [];
  for (const wanted of ["undefined", undefined, "bob", undefined]) {
    const next = all.next();
    await settle();
    if (wanted) answer(wanted);
    const { done, value } = await next;
    if (!done) users.push(value.user);
  }
  assert.deepEqual(users, ["ann", "bob", "cyd"]);

  const page = client.presence(T, { limit: 5, after: "ann" });
  const { limit, after } = socket.replies("presence", {
    count: 3,
    members: [],
  });
  assert.deepEqual([limit, after], [5, "ann"]);
  assert.deepEqual(await page, { count: 3, members: [] });
});

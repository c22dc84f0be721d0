// Shared state, pages of members and large rooms, against a real node. A node
// that lacks one of these skips its tests.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { until } from "../support/waiting.js";
import { live, upTo, World } from "../support/world.js";

const world = new World();
before(() => world.start());
afterEach(() => world.closeClients());
after(() => world.end());

const CUTS = 10;

/// True, and the test is skipped, when the node has no shared state.
async function noState(t) {
  const asked = world.client("probe").set("chat.probe", {});
  const error = await asked.catch((refusal) => refusal);
  const lacks = error.code === "unknown_event";
  if (lacks) t.skip("the node has no room.set");
  return lacks;
}

for (const encoding of ["json", "msgpack"])
  test(`all members see the same state in ${encoding}`, async (t) => {
    if (await noState(t)) return;
    const topic = `chat.state-${encoding}`;
    const ann = world.client("ann", { encoding });
    const room = ann.subscribe(topic, { snapshot: true });
    const changes = [];
    room.on("state", (event) => changes.push(event));
    await live(room);
    assert.equal(room.state, null);
    const bob = world.client("bob", { encoding });
    const first = await bob.set(topic, {
      turn: 1,
      board: { x: "grüße", y: 2 },
    });
    const second = await bob.set(topic, { turn: 2, board: { y: null } });
    await until("both have come", () => changes.length === 2);
    const [, { patch, state, user, at, offset }] = changes;
    assert.deepEqual([user, offset], ["bob", second.offset]);
    assert.ok(first.offset < second.offset && Number.isInteger(at));
    assert.deepEqual(patch, { turn: 2, board: { y: null } });
    assert.deepEqual(state, { turn: 2, board: { x: "grüße" } });
    assert.deepEqual(room.state, state);

    const cyd = world.client("cyd", { encoding });
    const late = cyd.subscribe(topic, { snapshot: true });
    await live(late);
    assert.deepEqual(late.state, state);
  });

test("a change of what has changed meanwhile is a conflict", async (t) => {
  if (await noState(t)) return;
  const topic = "chat.conflict";
  const client = world.client("dan");
  const { offset } = await client.set(topic, { a: 1 });
  await client.publish(topic, "no change");
  const { offset: newest } = await client.set(
    topic,
    { a: 2 },
    { ifOffset: offset },
  );
  const stale = client.set(topic, { a: 3 }, { ifOffset: offset });
  await assert.rejects(stale, { code: "conflict", number: 113 });
  assert.ok(newest > offset);
});

test("the same key changes the state once", async (t) => {
  if (await noState(t)) return;
  const topic = "chat.keyed";
  const client = world.client("eve");
  const room = client.subscribe(topic);
  const changes = [];
  room.on("state", ({ offset }) => changes.push(offset));
  await live(room);
  const first = await room.set({ a: 1 }, { key: "k", ifOffset: 0 });
  const again = await room.set({ a: 1 }, { key: "k", ifOffset: 0 });
  assert.deepEqual(again, first);
  const { offset } = await room.set({ a: 2 });
  await until("the last has come", () => changes.at(-1) === offset);
  assert.deepEqual(changes, [first.offset, offset]);
});

test("a connection that is cut follows the state", async (t) => {
  if (await noState(t)) return;
  const reader = world.client("fay", { cuttable: true });
  const room = reader.subscribe("chat.cut-state", { snapshot: true });
  room.on("reset", ({ reason }) => assert.fail(`reset: ${reason}`));
  let entered = 0;
  room.on("subscribed", () => (entered += 1));
  await live(room);
  const writer = world.client("gus");
  const expected = {};
  let step = 0;
  let writing = true;
  const written = (async () => {
    while (writing) {
      const name = `n${step % 7}`;
      const value = step % 3 === 0 ? null : step;
      await writer.set("chat.cut-state", { [name]: value, step: ++step });
      if (value === null) delete expected[name];
      else expected[name] = value;
      expected.step = step;
    }
  })();
  for (let cut = 1; cut <= CUTS; cut += 1) {
    const seen = room.state?.step ?? 0;
    await until("changes come", () => (room.state?.step ?? 0) > seen + 5);
    world.proxy.cut();
    await until("it is back", () => entered > cut);
  }
  writing = false;
  await written;
  await until("the last has come", () => room.state?.step === step);
  assert.deepEqual(room.state, expected);
});

test("members come in pages, in the order of their names", async (t) => {
  const topic = "chat.pages";
  const users = upTo(5).map((at) => `user-${at}`);
  for (const user of users) await live(world.client(user).subscribe(topic));
  const client = world.client("asker");
  const page = await client.presence(topic, { limit: 2 });
  if (page.members.length > 2) return t.skip("the node has no pages");
  assert.equal(page.count, 5);
  const told = page.members.map(({ user }) => user);
  assert.deepEqual([told, page.next], [users.slice(0, 2), "user-1"]);
  const all = [];
  for await (const one of client.members(topic, { pageSize: 2 })) all.push(one);
  assert.deepEqual(
    all.map(({ user }) => user),
    users,
  );
  for (const { connections, held, since } of all)
    assert.ok(connections === 1 && held === false && since > 0);
});

test("a large room tells how many there are, not who comes", async (t) => {
  const crowd = new World(
    "topics { crowd { match = crowd, kind = room, presence-full-up-to = 3 } }",
  );
  try {
    await crowd.start();
    const room = crowd.client("ann").subscribe("crowd");
    const counts = [];
    room.on("members", ({ count }) => counts.push(count));
    const joined = [];
    room.on("joined", ({ member }) => joined.push(member.user));
    await live(room);
    for (const at of upTo(9))
      await live(crowd.client(`user-${at}`).subscribe("crowd"));
    await until("the count has come", () => counts.at(-1) === 10);
    assert.ok(joined.length < 5, `${joined.length} were told`);
    const late = crowd.client("zoe").subscribe("crowd", { snapshot: true });
    let snapshot;
    late.on("snapshot", ({ state }) => (snapshot = state));
    await live(late);
    assert.deepEqual([snapshot.members, snapshot.count], [[], 11]);
  } catch (error) {
    if (!/presence-full-up-to: unknown key/.test(error.message)) throw error;
    t.skip("the node has no large rooms");
  } finally {
    await crowd.end();
  }
});

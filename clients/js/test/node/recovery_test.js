// Connections that are cut, nodes that are killed, pages that are hidden: the
// application sees each event once and in order, or is told that it did not.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { FakeVisibility } from "../support/fake.js";
import { until } from "../support/waiting.js";
import { heard, live, upTo, World } from "../support/world.js";

const world = new World();
before(() => world.start());
afterEach(() => world.closeClients());
after(() => world.end());

const CUTS = 20;

test("a connection that is cut misses nothing and repeats nothing", async () => {
  const reader = world.client("ann", { cuttable: true });
  const room = reader.subscribe("chat.cut", { snapshot: true });
  const data = heard(room);
  room.on("reset", ({ reason }) => assert.fail(`reset: ${reason}`));
  let entered = 0;
  room.on("subscribed", () => (entered += 1));
  await live(room);

  const writer = world.client("bob");
  let sent = 0;
  let writing = true;
  const written = (async () => {
    while (writing) await writer.publish("chat.cut", sent++);
  })();
  for (let cut = 1; cut <= CUTS; cut += 1) {
    const before = data.length;
    await until("messages come", () => data.length > before + 5);
    world.proxy.cut();
    await until("it is back", () => entered > cut);
  }
  writing = false;
  await written;
  await until("all has come", () => data.length >= sent);
  assert.deepEqual(data, upTo(sent));
});

test("what was published around a cut arrives", async () => {
  const reader = world.client("cyd");
  const room = reader.subscribe("chat.publisher");
  const data = heard(room);
  await live(room);
  const writer = world.client("dan", { cuttable: true });
  await writer.ready();
  world.proxy.open = false;
  world.proxy.cut();
  await until("the writer knows", () => writer.state.phase !== "open");
  const receipts = upTo(50).map((at) => writer.publish("chat.publisher", at));
  world.proxy.open = true;
  const offsets = (await Promise.all(receipts)).map(({ offset }) => offset);
  assert.deepEqual(
    offsets,
    [...offsets].sort((a, b) => a - b),
  );
  await until("all has come", () => data.length >= 50);
  assert.deepEqual(data, upTo(50));
});

test("leaving a topic while offline is not undone", async () => {
  const reader = world.client("eve", { cuttable: true });
  const [left, kept] = ["chat.left", "chat.kept"].map((one) =>
    reader.subscribe(one),
  );
  await Promise.all([live(left), live(kept)]);
  const data = heard(left);
  world.proxy.open = false;
  world.proxy.cut();
  await until("offline", () => reader.state.phase !== "open");
  left.unsubscribe();
  const back = live(kept);
  world.proxy.open = true;
  await back;
  assert.equal((await reader.presence("chat.left")).count, 0);
  await reader.publish("chat.left", "unheard");
  await reader.publish("chat.kept", "heard");
  assert.deepEqual(data, []);
});

test("who is too far behind is told so, and gets a snapshot", async () => {
  const reader = world.client("fay", { cuttable: true });
  const room = reader.subscribe("small.room");
  const data = heard(room);
  const resets = [];
  const snapshots = [];
  room.on("reset", (event) => resets.push(event));
  room.on("snapshot", (event) => snapshots.push(event));
  await live(room);
  const writer = world.client("gus");
  const other = writer.subscribe("small.room"); // or else the room would end
  await live(other);
  world.proxy.open = false;
  world.proxy.cut();
  await until("offline", () => reader.state.phase !== "open");
  for (const at of upTo(20)) await writer.publish("small.room", at);
  world.proxy.open = true;
  await until("the snapshot has come", () => snapshots.length === 1);
  assert.deepEqual(
    resets.map(({ reason }) => reason),
    ["position_lost"],
  );
  assert.equal(resets[0].to.epoch, resets[0].from.epoch);
  await writer.publish("small.room", "after");
  await until("what follows comes", () => data.length > 0);
  assert.deepEqual(data, ["after"]);
});

test("a hidden page is spared, and catches up without a repeat", async () => {
  const page = new FakeVisibility();
  const reader = world.client("hal", { pauseWhenHidden: page });
  const room = reader.subscribe("chat.hidden");
  const data = heard(room);
  const gaps = [];
  room.on("gap", (event) => gaps.push(event));
  room.on("reset", ({ reason }) => assert.fail(`reset: ${reason}`));
  await live(room);
  page.set(true);
  await reader.presence("chat.hidden"); // answered after the pause was taken
  const writer = world.client("ivy");
  for (const at of upTo(30)) await writer.publish("chat.hidden", at);
  await reader.presence("chat.hidden");
  assert.deepEqual(data, []);
  page.set(false);
  await until("all has come", () => data.length >= 30);
  await writer.publish("chat.hidden", 30);
  await until("what follows comes", () => data.length >= 31);
  assert.deepEqual(data, upTo(31));
  assert.ok(gaps.every(({ final }) => !final));
});

test("a hidden page that is cut off catches up when it is seen", async () => {
  const page = new FakeVisibility();
  const options = { pauseWhenHidden: page, cuttable: true };
  const reader = world.client("lea", options);
  const room = reader.subscribe("chat.hidden-cut");
  const data = heard(room);
  room.on("reset", ({ reason }) => assert.fail(`reset: ${reason}`));
  await live(room);
  const writer = world.client("mia");
  await writer.publish("chat.hidden-cut", 0);
  await until("the first has come", () => data.length === 1);
  page.set(true);
  for (const at of [1, 2, 3]) {
    let entered = false;
    const off = room.on("subscribed", () => (entered = true));
    world.proxy.cut();
    await writer.publish("chat.hidden-cut", at);
    await until("it is back", () => entered);
    off();
  }
  await writer.publish("chat.hidden-cut", 4);
  await reader.presence("chat.hidden-cut"); // answered after all before it
  page.set(false);
  await until("all has come", () => data.length >= 5);
  await writer.publish("chat.hidden-cut", 5);
  await until("what follows comes", () => data.length >= 6);
  assert.deepEqual(data, upTo(6));
});

test("a node that is killed forgets, and the application is told", async () => {
  const reader = world.client("joy");
  const room = reader.subscribe("chat.killed", { snapshot: true });
  const data = heard(room);
  const resets = [];
  room.on("reset", (event) => resets.push(event));
  await live(room);
  await room.publish("before");
  await until("heard", () => data.length === 1);
  const { epoch } = room.position;
  await world.node.kill();
  const waiting = room.publish("while it is away");
  await world.node.start();
  await waiting;
  await until("all has come", () => data.length === 2);
  assert.deepEqual(data, ["before", "while it is away"]);
  assert.equal(resets.length, 1);
  assert.deepEqual(
    [resets[0].reason, resets[0].from.epoch],
    ["new_epoch", epoch],
  );
  assert.notEqual(room.position.epoch, epoch);
});

const KILLS = 5;

test("kills under load: each epoch is in order and its begin is told", async () => {
  const room = world.client("nia").subscribe("chat.load");
  const epochs = []; // each with the offset that it begins after, and its events
  let resets = 0;
  const begin = ({ epoch, offset }) =>
    epochs.push({ epoch, after: offset, offsets: [] });
  room.on("subscribed", (event) => event.first && begin(event));
  room.on("reset", ({ to }) => ((resets += 1), begin(to)));
  room.on("message", ({ offset }) => epochs.at(-1).offsets.push(offset));
  await live(room);

  const writer = world.client("oli");
  const receipts = [];
  let writing = true;
  const written = (async () => {
    while (writing) receipts.push(await writer.publish("chat.load", 1));
  })();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await until("messages come", () => epochs.at(-1).offsets.length > 20);
    await world.node.kill();
    await world.node.start();
    await until("the reset is told", () => resets === kill);
  }
  await until("messages come", () => epochs.at(-1).offsets.length > 20);
  writing = false;
  await written;

  const { epoch, after, offsets } = epochs.at(-1);
  const wanted = receipts
    .filter((one) => one.epoch === epoch && one.offset > after)
    .map(({ offset }) => offset);
  await until("all has come", () => offsets.length >= wanted.length);
  // The writer's join may lie between two messages, so offsets can be apart.
  assert.deepEqual(
    offsets.filter((one) => wanted.includes(one)),
    wanted,
  );
  assert.equal(new Set(epochs.map((one) => one.epoch)).size, KILLS + 1);
  for (const one of epochs)
    assert.deepEqual(
      one.offsets,
      [...new Set(one.offsets)].sort((a, b) => a - b),
    );
});

test("a node that stops in order is left for the one that follows", async () => {
  const reader = world.client("kay");
  const room = reader.subscribe("chat.drained");
  await live(room);
  const asked = [];
  reader.on("reconnect", ({ reason }) => asked.push(reason));
  await world.node.stop();
  await until("it is away", () => reader.state.phase !== "open");
  const back = live(room);
  await world.node.start();
  await back;
  assert.equal((await reader.ready()).user, "kay");
});

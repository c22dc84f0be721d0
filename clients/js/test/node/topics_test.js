// The package against a real node: topics, questions, and who may not come in.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { tokenFor } from "../support/node.js";
import { RookeryError } from "../support/sdk.js";
import { until } from "../support/waiting.js";
import { heard, live, World } from "../support/world.js";

const world = new World();
before(() => world.start());
afterEach(() => world.closeClients());
after(() => world.end());

for (const encoding of ["json", "msgpack"]) {
  test(`messages, joins and leaves in ${encoding}`, async () => {
    const topic = `chat.${encoding}`;
    const ann = world.client("ann", { encoding });
    const room = ann.subscribe(topic);
    await live(room);
    const events = [];
    for (const name of ["joined", "message", "left"])
      room.on(name, (event) => events.push(event));
    const bob = world.client("bob", { encoding });
    const other = bob.subscribe(topic);
    await live(other);
    const data = { text: "grüße 🐦", list: [1, 2.5, null, true] };
    const receipt = await other.publish(data);
    other.unsubscribe();
    await until("bob has left", () => events.length === 3);
    const [joined, message, left] = events;
    assert.equal(joined.member.user, "bob");
    assert.deepEqual(message.data, data);
    assert.equal(message.user, "bob");
    assert.ok(Math.abs(message.at - Date.now()) < 3_600_000);
    assert.deepEqual(receipt, {
      epoch: room.position.epoch,
      offset: message.offset,
    });
    assert.deepEqual([left.member.user, left.reason], ["bob", "unsubscribed"]);
    assert.equal(room.position.offset, left.offset);
  });

  test(`presence, history and messages to a user in ${encoding}`, async () => {
    const topic = `chat.asked-${encoding}`;
    const [user, friend] = [`cyd-${encoding}`, `dan-${encoding}`];
    const cyd = world.client(user, { encoding });
    const room = cyd.subscribe(topic);
    await live(room);
    for (const data of [1, 2, 3]) await room.publish(data);
    const { count, members } = await room.presence();
    assert.deepEqual([count, members[0].user], [1, user]);
    const newest = await room.history({ limit: 2, reverse: true });
    assert.deepEqual(
      newest.messages.map(({ data }) => data),
      [3, 2],
    );
    const { epoch } = newest;
    const since = { epoch, offset: newest.messages[1].offset };
    const after = await cyd.history(topic, { since });
    assert.deepEqual(
      after.messages.map(({ data }) => data),
      [3],
    );
    const dan = world.client(friend, { encoding });
    const direct = [];
    dan.on("direct", (event) => direct.push(event));
    await dan.ready();
    assert.deepEqual(await cyd.send(friend, { a: 1 }), { connections: 1 });
    await until("the message has come", () => direct.length === 1);
    assert.deepEqual([direct[0].user, direct[0].data], [user, { a: 1 }]);
  });
}

test("a topic without a log has no positions", async () => {
  const client = world.client("eve");
  const news = client.subscribe("news.today");
  const data = heard(news);
  await until("subscribed", async () => {
    assert.deepEqual(await news.publish("again"), {});
    return data.length > 0;
  });
  assert.equal(news.position, undefined);
});

test("what is told comes to who listens, and a ping is answered", async () => {
  const reader = world.client("ned");
  const news = reader.subscribe("news.pointers");
  const data = heard(news);
  await until("subscribed", async () => {
    await news.publish("again");
    return data.length > 0;
  });
  const writer = world.client("liz");
  await writer.ready();
  assert.ok(writer.tell("news.pointers", { x: 1 }, { tag: "liz" }));
  assert.ok((await writer.ping()) > 0); // answered after what was told
  await until("it has come", () => data.at(-1).x === 1);
});

test("a room begins with its snapshot, when that is wanted", async () => {
  const topic = "chat.snapshot";
  await live(world.client("fay").subscribe(topic));
  const room = world.client("gus").subscribe(topic, { snapshot: true });
  const snapshots = [];
  room.on("snapshot", (event) => snapshots.push(event));
  room.on("reset", () => assert.fail("there was nothing before"));
  await live(room);
  const users = snapshots[0].state.members.map(({ user }) => user);
  assert.deepEqual([snapshots.length, users.sort()], [1, ["fay", "gus"]]);
});

test("what is refused is a typed error", async () => {
  const client = world.client("hal");
  const refused = [];
  client
    .subscribe("unknown.topic")
    .on("refused", (error) => refused.push(error));
  await until("refused", () => refused.length === 1);
  assert.ok(refused[0] instanceof RookeryError);
  assert.deepEqual(
    [refused[0].code, refused[0].number],
    ["unknown_topic", 102],
  );
  await assert.rejects(client.publish("no good name", 1), {
    code: "bad_request",
  });
  const { max_message_bytes: most } = await client.ready();
  const long = client.publish("chat.long", "x".repeat(most));
  await assert.rejects(long, { code: "message_too_long" });
  assert.equal(client.state.phase, "open");
});

test("a refused token stops with a typed error", async () => {
  const token = () => tokenFor("ann", { secret: "x".repeat(40) });
  const client = world.client("ann", { token });
  await assert.rejects(client.ready(), {
    name: "RookeryError",
    code: "unauthorized",
    number: 101,
    closeCode: 4500,
  });
  assert.equal(client.state.phase, "stopped");
});

test("a token that would expire is replaced on the open connection", async () => {
  let calls = 0;
  const token = () => tokenFor("ivy", { lastsS: ++calls === 1 ? 3 : 3600 });
  const client = world.client("ivy", { token });
  const states = [];
  client.on("state", ({ phase }) => states.push(phase));
  await client.ready();
  await until("another token was asked for", () => calls === 2);
  assert.equal((await client.presence("chat.json")).count >= 0, true);
  assert.deepEqual(states, ["connecting", "open"].slice(-states.length));
});

// Publishes and requests: in order, within bounds, until their answer or their
// deadline.

import assert from "node:assert/strict";
import { test } from "node:test";

import { scripted } from "../support/fake.js";

const T = "room.a";

/// The data of all that waits to be read on a socket, which are publishes.
const published = (socket) =>
  socket.said
    .splice(0)
    .map(({ event, data }) => (assert.equal(event, "publish"), data));

test("a publish waits for the connection, and gives its receipt", async () => {
  const { client, connected } = scripted();
  const receipt = client.publish(T, { text: "hello" }, { tag: "t" });
  const socket = await connected();
  const { data, key, tag } = socket.replies("publish", {
    epoch: "e",
    offset: 7,
  });
  assert.deepEqual([data, tag], [{ text: "hello" }, "t"]);
  assert.match(key, /^[0-9a-f]{16}-1$/);
  assert.deepEqual(await receipt, { epoch: "e", offset: 7 });
  assert.equal(client.pendingPublishes, 0);
});

test("what has no receipt is sent again with its key, in order", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const receipts = [1, 2, 3].map((data) => client.publish(T, data));
  const keys = socket.said.map(({ key }) => key);
  socket.replies("publish", { epoch: "e", offset: 1 });
  socket.ends();
  receipts.push(client.publish(T, 4));
  const next = await connected();
  assert.deepEqual(
    next.said.map(({ data }) => data),
    [2, 3, 4],
  );
  assert.deepEqual(
    next.said.slice(0, 2).map(({ key }) => key),
    keys.slice(1),
  );
  for (const offset of [2, 3, 4])
    next.replies("publish", { epoch: "e", offset });
  const offsets = (await Promise.all(receipts)).map(({ offset }) => offset);
  assert.deepEqual(offsets, [1, 2, 3, 4]);
});

test("a topic without a log gets nothing twice", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const first = client.publish("live.a", 1);
  socket.replies("publish");
  assert.deepEqual(await first, {});
  const second = client.publish("live.a", 2);
  socket.ends();
  await assert.rejects(second, { code: "disconnected" });
  (await connected()).hearsNothing();
});

test("who wants no retry gets none", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const publish = client.publish(T, 1, { retry: false });
  socket.ends();
  await assert.rejects(publish, { code: "disconnected" });
});

test("more publishes than may wait are refused at once", async () => {
  const { client } = scripted({ pendingPublishesMax: 2 });
  const waiting = [client.publish(T, 1), client.publish(T, 2)];
  await assert.rejects(client.publish(T, 3), { code: "queue_full" });
  assert.equal(client.pendingPublishes, 2);
  client.close();
  for (const one of waiting) await assert.rejects(one, { code: "closed" });
});

test("more bytes than may wait are refused at once", async () => {
  const { client, connected } = scripted({ pendingBytesMax: 300 });
  const long = "x".repeat(120);
  const waiting = client.publish(T, long);
  await assert.rejects(client.publish(T, long), { code: "queue_full" });
  (await connected()).replies("publish", { epoch: "e", offset: 1 });
  await waiting;
  const again = client.publish(T, long);
  client.close();
  await assert.rejects(again, { code: "closed" });
});

test("a request has a deadline, with and without a connection", async () => {
  const { client, clock, connected } = scripted();
  const early = client.presence(T);
  const late = assert.rejects(early, {
    code: "timeout",
    message: /no connection/,
  });
  await clock.advance(10_000);
  await late;
  const socket = await connected();
  const unanswered = client.history(T, { limit: 5, since: undefined });
  const { id, event, ...fields } = socket.said.pop();
  assert.deepEqual(fields, { topic: T, limit: 5 });
  const timeout = assert.rejects(unanswered, {
    code: "timeout",
    message: /no answer/,
  });
  await clock.advance(10_000);
  await timeout;
  socket.say("reply", { id, messages: [] }); // nobody waits any more
  assert.equal(client.state.phase, "open");
});

test("a publish has a deadline over all its connections", async () => {
  const { client, clock, connected } = scripted();
  const publish = client.publish(T, 1, { timeoutMs: 2000 });
  const late = assert.rejects(publish, { code: "timeout" });
  (await connected()).ends();
  const next = await connected();
  assert.deepEqual(published(next), [1]);
  await clock.advance(2000);
  await late;
  assert.equal(client.pendingPublishes, 0);
});

test("only so many publishes are on their way at a time", async () => {
  const { client, connected } = scripted({ publishesInFlightMax: 2 });
  const socket = await connected();
  const receipts = [1, 2, 3].map((data) => client.publish(T, data));
  assert.deepEqual(
    socket.said.map(({ data }) => data),
    [1, 2],
  );
  socket.replies("publish", { epoch: "e", offset: 1 });
  assert.deepEqual(
    socket.said.map(({ data }) => data),
    [2, 3],
  );
  for (const offset of [2, 3])
    socket.replies("publish", { epoch: "e", offset });
  await Promise.all(receipts);
});

test("publishes wait while the server wants none", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const flow = [];
  client.on("flow", ({ event }) => flow.push(event));
  socket.say("flow.pause", { reason: "server overloaded" });
  const receipt = client.publish(T, 1);
  const presence = client.presence(T);
  socket.replies("presence", { count: 0, members: [] });
  await presence;
  socket.hearsNothing();
  socket.say("flow.resume");
  socket.replies("publish", { epoch: "e", offset: 1 });
  await receipt;
  assert.deepEqual(flow, ["flow.pause", "flow.resume"]);
});

test("what is told is sent now or never, and gets no answer", async () => {
  const { client, connected } = scripted();
  assert.equal(client.tell(T, 1), false);
  const socket = await connected();
  socket.hearsNothing();
  assert.equal(client.tell(T, 2, { tag: "t" }), true);
  const { event, ...rest } = socket.said.shift();
  assert.deepEqual(rest, { topic: T, data: 2, tag: "t" });
  assert.equal(client.pendingPublishes, 0);

  assert.equal(client.tell(T, "x".repeat(1000)), false);
  socket.bufferedAmount = 64 * 1024 + 1;
  assert.equal(client.tell(T, 3), false);
  socket.bufferedAmount = 0;
  socket.say("flow.pause", { reason: "server overloaded" });
  assert.equal(client.tell(T, 4), false);
  socket.say("flow.resume");
  assert.equal(client.subscribe(T).tell(5), true);
  assert.deepEqual(socket.said.at(-1).data, 5);
});

test("a server that is busy for the moment is asked again later", async () => {
  const { client, clock, connected } = scripted({ publishesInFlightMax: 1 });
  const socket = await connected();
  const receipts = [1, 2].map((data) => client.publish(T, data));
  socket.refuses("publish", 111, "too_many_requests");
  socket.hearsNothing();
  await clock.advance(250);
  for (const data of [1, 2])
    assert.equal(
      socket.replies("publish", { epoch: "e", offset: data }).data,
      data,
    );
  await Promise.all(receipts);
});

test("other refusals are the caller's", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const publish = client.publish(T, 1);
  socket.refuses("publish", 103, "permission_denied");
  await assert.rejects(publish, { code: "permission_denied", number: 103 });
});

test("a message that the server would not take is not sent", async () => {
  const { client, connected } = scripted();
  const early = client.publish(T, "x".repeat(1000));
  const refused = assert.rejects(early, { code: "message_too_long" });
  const socket = await connected();
  await refused;
  await assert.rejects(client.publish(T, "é".repeat(500)), {
    code: "message_too_long",
  });
  socket.hearsNothing();
});

test("questions are asked again on the next connection, orders are not", async () => {
  const { client, connected } = scripted();
  const socket = await connected();
  const presence = client.presence(T);
  const sent = client.send("ann", "psst");
  socket.ends();
  await assert.rejects(sent, { code: "disconnected" });
  const next = await connected();
  next.replies("presence", {
    count: 1,
    members: [{ user: "ann", connections: 1 }],
  });
  next.hearsNothing();
  assert.equal((await presence).count, 1);
});

test("a planned move waits for the receipts that are on their way", async () => {
  const { client, clock, connected, sockets } = scripted();
  const socket = await connected();
  const first = client.publish(T, 1);
  socket.say("reconnect", { reason: "drain", after_ms: 100, window_ms: 0 });
  await clock.advance(100);
  const second = client.publish(T, 2);
  assert.equal(sockets.length, 1);
  assert.equal(socket.replies("publish", { epoch: "e", offset: 1 }).data, 1);
  await first;
  assert.equal(sockets.length, 2);
  sockets[1].open();
  sockets[1].welcome();
  const { data } = sockets[1].replies("publish", { epoch: "e", offset: 2 });
  assert.equal(data, 2);
  await second;
});

test("a planned move does not wait for ever", async () => {
  const { client, clock, connected, sockets } = scripted();
  const socket = await connected();
  const publish = client.publish(T, 1);
  socket.say("reconnect", { reason: "drain", after_ms: 100, window_ms: 0 });
  await clock.advance(2100);
  assert.equal(sockets.length, 2);
  client.close();
  await assert.rejects(publish, { code: "closed" });
});

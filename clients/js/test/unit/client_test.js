// Connecting, coming back and staying away, against a server whose every word
// is the test's.

import assert from "node:assert/strict";
import { test } from "node:test";

import { scripted, settle } from "../support/fake.js";
import {
  Client,
  FinalError,
  RetryAfterError,
  RookeryError,
} from "../support/sdk.js";

const tokenFor = (seconds) =>
  `x.${Buffer.from(JSON.stringify({ exp: seconds })).toString("base64url")}.y`;

test("without a WebSocket or MessagePack a client says what it lacks", () => {
  const url = "ws://node/ws";
  const noSocket = { name: "TypeError", message: /webSocket/ };
  if (!globalThis.WebSocket) assert.throws(() => new Client({ url }), noSocket);
  const options = { url, webSocket: class {}, encoding: "msgpack" };
  assert.throws(() => new Client(options), { message: /msgpack/ });
});

test("an open connection says who we are", async () => {
  const { client, connected, states, sockets } = scripted();
  const ready = client.ready();
  await connected();
  assert.equal((await ready).user, "wren");
  assert.deepEqual(states, ["connecting", "open"]);
  assert.deepEqual(sockets[0].protocols, ["rookery.v1.json"]);
});

test("each connection has a token of its own", async () => {
  let calls = 0;
  const { client, connected } = scripted({
    token: async () => `token-${++calls}`,
  });
  const first = await connected();
  first.ends(4005, "token_expired");
  await connected();
  assert.equal(calls, 2);
  assert.equal(client.state.phase, "open");
});

test("a refused token stops the client with a typed error", async () => {
  const { client, clock, sockets, states } = scripted({ token: () => "bad" });
  const stops = [];
  client.on("stopped", (error) => stops.push(error));
  const publish = client.publish("room.a", 1);
  const ready = client.ready();
  client.connect();
  await settle();
  sockets[0].open();
  sockets[0].refuses("auth", 101, "unauthorized");
  sockets[0].ends(4500, "unauthorized");
  const wanted = {
    name: "RookeryError",
    code: "unauthorized",
    number: 101,
    closeCode: 4500,
    closeReason: "unauthorized",
  };
  await assert.rejects(ready, wanted);
  await assert.rejects(publish, wanted);
  await assert.rejects(client.publish("room.a", 2), wanted);
  assert.ok(stops.length === 1 && stops[0] instanceof RookeryError);
  assert.deepEqual(states, ["connecting", "stopped"]);
  assert.equal(clock.waiting, 0);
});

test("a token that expired on its way is replaced, once", async () => {
  const { client, clock, sockets } = scripted({ token: () => "old" });
  client.connect();
  for (const phase of ["waiting", "stopped"]) {
    await settle();
    if (!sockets[0]) await clock.next();
    const socket = sockets.shift();
    socket.open();
    socket.refuses("auth", 109, "token_expired");
    socket.ends(4500, "unauthorized");
    assert.equal(client.state.phase, phase);
  }
  assert.equal(client.state.error.code, "token_expired");
});

test("a token function that fails is called again, unless it is final", async () => {
  const errors = [new Error("offline"), new FinalError("signed out")];
  const { client, clock, states } = scripted({
    token: () => {
      throw errors.shift();
    },
  });
  client.connect();
  await clock.advance(1000);
  assert.deepEqual(states, ["connecting", "waiting", "connecting", "stopped"]);
  assert.equal(client.state.error.code, "no_token");
});

test("a token function that says when is called again then, not sooner", async () => {
  const errors = [new RetryAfterError("busy", 60_000)];
  const { client, clock, states } = scripted({
    token: () => {
      if (errors.length > 0) throw errors.pop();
      return "t";
    },
  });
  client.connect();
  await settle();
  assert.equal(client.state.until - clock.now(), 60_250);
  assert.match(client.state.reason, /busy/);
  await clock.advance(60_249);
  assert.deepEqual(states, ["connecting", "waiting"]);
  await clock.advance(1);
  assert.deepEqual(states, ["connecting", "waiting", "connecting"]);
});

test("a token is replaced on the open connection before it expires", async () => {
  let life = 3600;
  const all = scripted({
    token: () => tokenFor(all.clock.now() / 1000 + life),
  });
  const socket = await all.connected();
  life = 7200;
  await all.clock.advance(3_569_000);
  socket.hearsNothing();
  await all.clock.advance(2000);
  const { token } = socket.replies("auth");
  assert.equal(token, tokenFor((all.clock.now() - 1000) / 1000 + 7200));
  assert.deepEqual(all.states, ["connecting", "open"]);
});

test("a node that knows us as anonymous first is not taken at its first word", async () => {
  const { client, sockets } = scripted({ token: () => "t" });
  client.connect();
  await settle();
  sockets[0].welcome({ user: "anon-1" });
  sockets[0].open();
  assert.equal(client.state.phase, "connecting");
  sockets[0].replies("auth");
  sockets[0].welcome({ user: "ann" });
  assert.equal(client.state.welcome.user, "ann");
});

test("close codes up to x499 come back, others do not", async () => {
  for (const [code, phase] of [
    [4002, "waiting"],
    [1006, "waiting"],
    [4506, "stopped"],
    [1009, "stopped"],
  ]) {
    const { client, connected } = scripted();
    (await connected()).ends(code, "why");
    assert.equal(client.state.phase, phase, `${code}`);
    if (phase === "stopped") assert.equal(client.state.error.closeCode, code);
  }
});

test("who has stopped starts again when told so", async () => {
  const { client, connected, sockets } = scripted();
  (await connected()).ends(4505, "disconnected_by_api");
  client.connect();
  sockets[1].open();
  sockets[1].welcome();
  assert.equal(client.state.phase, "open");
});

test("waits grow while nothing is reached", async () => {
  const { client, clock, sockets } = scripted();
  const waits = [];
  client.on("state", (state) => {
    if (state.phase === "waiting") waits.push(state.until - clock.now());
  });
  client.connect();
  while (waits.length < 8) {
    sockets.shift()?.ends(1006);
    await clock.next();
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

const drain = { reason: "drain", after_ms: 1000, window_ms: 4000 };

test("who is asked to move has the next connection before it leaves", async () => {
  const { client, clock, connected, sockets } = scripted();
  const socket = await connected();
  const asked = [];
  client.on("reconnect", (event) => asked.push(event.reason));
  socket.say("reconnect", drain);
  await clock.advance(999);
  assert.deepEqual([asked, sockets.length], [["drain"], 1]);
  await clock.advance(1);
  assert.deepEqual([socket.closed, sockets.length], [null, 2]);
  sockets[1].open();
  assert.deepEqual([socket.closed, client.state.phase], [null, "open"]);
  sockets[1].welcome({ connection: "c-2" });
  assert.equal(socket.closed[0], 1000);
  assert.equal(client.state.welcome.connection, "c-2");
});

test("a move goes to the next server, and events go on where they were", async () => {
  const url = ["ws://a/ws", "ws://b/ws", "ws://c/ws"]; // begins in the middle
  const { client, clock, connected, sockets, states } = scripted({ url });
  const messages = [];
  const room = client.subscribe("room.a");
  room.on("message", ({ data }) => messages.push(data));
  const socket = await connected();
  const log = { kind: "room", epoch: "e", mode: "live" };
  socket.replies("subscribe", { ...log, topic: "room.a", offset: 1 });
  socket.say("reconnect", drain);
  await clock.advance(1000);
  sockets[1].open();
  socket.say("message", { topic: "room.a", offset: 2, data: "two" });
  sockets[1].welcome();
  socket.say("message", { topic: "room.a", offset: 3, data: "too late" });
  const { since } = sockets[1].replies("subscribe", {
    ...log,
    mode: "replay",
    recovered: true,
    topic: "room.a",
    offset: 3,
  });
  sockets[1].say("message", { topic: "room.a", offset: 3, data: "three" });
  assert.deepEqual(since, { epoch: "e", offset: 2 });
  assert.deepEqual(messages, ["two", "three"]);
  assert.deepEqual(
    sockets.map((one) => one.url),
    ["ws://b/ws", "ws://c/ws"],
  );
  assert.deepEqual(states, ["connecting", "open", "open"]);
});

test("who finds no other server stays, and tries the next one", async () => {
  const url = ["ws://a/ws", "ws://b/ws"];
  const { client, clock, connected, sockets } = scripted({ url });
  const socket = await connected();
  socket.say("reconnect", drain);
  await clock.advance(1000);
  sockets[1].ends(1006);
  const published = client.publish("room.a", 1);
  socket.replies("publish", { epoch: "e", offset: 1 });
  await published;
  assert.equal(client.state.phase, "open");
  await clock.advance(250); // half of the first backoff
  assert.deepEqual([sockets.length, sockets[2].url], [3, "ws://b/ws"]);
  sockets[2].open();
  sockets[2].welcome();
  assert.equal(socket.closed[0], 1000);
});

test("the first of several urls may be the one to begin with", async () => {
  const url = ["ws://a/ws", "ws://b/ws", "ws://c/ws"];
  const { client, connected } = scripted({ url, beginWithFirst: true });
  const socket = await connected({ user: "ann" });
  assert.equal(socket.url, "ws://a/ws");
  assert.equal(client.user, "ann");
  socket.ends();
  assert.equal((await connected()).url, "ws://b/ws");
});

test("who is closed while it moves is on its way already", async () => {
  const { client, clock, connected, sockets } = scripted();
  const socket = await connected();
  socket.say("reconnect", drain);
  await clock.advance(1000);
  socket.ends(4000, "drain");
  assert.equal(client.state.phase, "connecting");
  await clock.advance(500);
  assert.equal(sockets.length, 2);
  sockets[1].open();
  sockets[1].welcome();
  assert.equal(client.state.phase, "open");
});

test("who is sent away for good while it moves does not arrive", async () => {
  const { client, clock, connected, sockets } = scripted();
  const socket = await connected();
  socket.say("reconnect", drain);
  await clock.advance(1000);
  socket.ends(4505, "disconnected_by_api");
  assert.equal(client.state.phase, "stopped");
  assert.equal(sockets[1].closed[0], 1000);
});

test("who was sent away comes back at once, however short it was here", async () => {
  const { client, clock, sockets } = scripted();
  client.connect();
  for (let at = 0; at < 4; ++at) {
    sockets[at].open();
    sockets[at].welcome();
    sockets[at].ends(4000, "drain");
    assert.equal(client.state.until - clock.now(), 250);
    await clock.advance(250);
  }
});

test("a list without a server is a mistake", () => {
  assert.throws(() => scripted({ url: [] }), TypeError);
});

test("who is closed before that moment keeps to it", async () => {
  const { client, clock, connected } = scripted();
  const socket = await connected();
  socket.say("reconnect", drain);
  socket.ends(4000, "drain");
  assert.equal(client.state.until - clock.now(), 1000);
});

test("a ping without an answer ends the connection", async () => {
  const { client, clock, connected } = scripted({ pingIntervalMs: 5000 });
  const socket = await connected();
  await clock.advance(5000);
  socket.replies("ping");
  await clock.advance(5000);
  socket.hears("ping");
  await clock.advance(10_000);
  assert.equal(client.state.phase, "waiting");
});

test("a ping of the application's is answered, or ends the connection", async () => {
  const { client, clock, connected } = scripted();
  await assert.rejects(client.ping(), { code: "disconnected" });
  const socket = await connected();
  const answered = client.ping();
  socket.replies("ping");
  assert.ok((await answered) >= 0);
  const unanswered = assert.rejects(client.ping(), { code: "disconnected" });
  await clock.advance(10_000);
  await unanswered;
  assert.equal(client.state.phase, "waiting");
});

test("a welcome that does not come ends the connection", async () => {
  const { client, clock, sockets } = scripted();
  client.connect();
  sockets[0].open();
  await clock.advance(10_000);
  assert.deepEqual(
    [client.state.phase, sockets[0].closed !== null],
    ["waiting", true],
  );
});

test("a closed client leaves nothing behind", async () => {
  const { client, clock, connected } = scripted({ token: () => tokenFor(2e9) });
  const socket = await connected();
  const waiting = [client.publish("room.a", 1), client.presence("room.a")];
  client.close();
  for (const one of waiting) await assert.rejects(one, { code: "closed" });
  await assert.rejects(client.send("ann", 1), { code: "closed" });
  assert.equal(socket.closed[0], 1000);
  assert.deepEqual([client.state.phase, clock.waiting], ["idle", 0]);
});

test("what belongs to no topic is told by the client", async () => {
  const { client, connected } = scripted();
  const heard = [];
  client.on("direct", ({ user, data }) => heard.push([user, data]));
  client.on("error", ({ code }) => heard.push(code));
  const socket = await connected();
  socket.say("direct", { user: "ann", data: "psst" });
  socket.say("error", { code: 100, error: "internal", message: "?" });
  socket.say("from a later version", {});
  socket.onmessage({ data: "no message at all" });
  assert.deepEqual(heard, [["ann", "psst"], "internal"]);
});

// The page's client module in Chromium, against a node that says what each test
// wants it to say: reconnecting, resuming, and what the application sees of it.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { launchBrowser, PATIENCE_MS } from "./support/chromium.js";
import { ScriptedNode } from "./support/scripted_node.js";

let browser;
let node;
let page;

before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

beforeEach(async () => {
  node = new ScriptedNode();
  const origin = await node.start();
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(origin);
});
afterEach(async () => {
  await page.close();
  node.stop();
});

/// Starts a client that writes down all that it tells the application.
async function startClient() {
  await page.evaluate(async () => {
    const { Client } = await import("/client.js");
    const seen = (window.seen = []);
    const tell = (what) => (event) => seen.push([what, event]);
    const address = async () => {
      const response = await fetch("/token");
      if (response.ok) return `ws://${location.host}/ws`;
      const seconds = Number(response.headers.get("Retry-After"));
      throw Object.assign(new Error("no token"), {
        retryAfterMs: seconds * 1000,
        final: response.status === 400,
      });
    };
    const observer = { state: tell("state") };
    window.client = new Client({ address, observer });
    window.follow = (topic) => {
      const names = "message snapshot entered gap live refused".split(" ");
      const on = Object.fromEntries(names.map((one) => [one, tell(one)]));
      window.client.subscribe(topic, { snapshot: true, on });
    };
    window.client.connect();
  });
}

const phase = (wanted) =>
  page.waitForFunction((one) => window.client.state.phase === one, wanted);

/// What the application was told, once the last of it is there.
async function told(what, last) {
  await page.waitForFunction(
    ([name, wanted]) =>
      window.seen.some(([one, e]) => one === name && e.offset === wanted),
    [what, last],
  );
  return page.evaluate(() =>
    window.seen
      .filter(([one]) => one !== "state")
      .map(([one, { offset }]) => `${one} ${offset}`),
  );
}

/// A client in a room, at offset 5.
async function clientInRoom() {
  await startClient();
  const peer = await node.connection();
  peer.welcome();
  await page.evaluate(() => window.follow("room.a"));
  const { id } = await peer.hears("subscribe");
  const topic = "room.a";
  const at = { epoch: "e-1", offset: 5 };
  peer.send({
    event: "reply",
    id,
    topic,
    kind: "room",
    mode: "snapshot",
    ...at,
  });
  peer.send({ event: "snapshot", topic, ...at, state: { members: [] } });
  peer.send({ event: "live", topic, offset: 5 });
  return peer;
}

const message = (offset) => ({ event: "message", topic: "room.a", offset });

test("the backoff is any moment up to a bound that doubles to its cap", async () => {
  const [lowest, highest] = await page.evaluate(async () => {
    const { backoffMs } = await import("/policy.js");
    const attempts = [...Array(8).keys()];
    return [0, 1].map((at) => attempts.map((one) => backoffMs(one, () => at)));
  });
  assert.deepEqual(lowest, Array(8).fill(0));
  const bounds = [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000];
  assert.deepEqual(highest, bounds);
});

test("close codes say by their range whether to come back", async () => {
  const back = await page.evaluate(async () => {
    const { comesBack } = await import("/policy.js");
    const codes = [1000, 1001, 1002, 1003, 1006, 1007, 1009, 1011];
    codes.push(3000, 3499, 3500, 4000, 4005, 4499, 4500, 4506, 4999);
    return codes.filter(comesBack);
  });
  const expected = [1000, 1001, 1006, 1011, 3000, 3499, 4000, 4005, 4499];
  assert.deepEqual(back, expected);
});

for (const code of [1000, 1001, 4000, 4002])
  test(`it comes back after a close with ${code}`, async () => {
    await startClient();
    const first = await node.connection();
    first.welcome();
    await phase("open");
    first.close(code, "bye");
    (await node.connection()).welcome();
    await phase("open");
    assert.equal(await page.evaluate(() => window.client.reconnects), 1);
  });

test("it comes back after a connection that was cut", async () => {
  await startClient();
  const first = await node.connection();
  first.welcome();
  await phase("open");
  first.cut();
  (await node.connection()).welcome();
  await phase("open");
});

for (const code of [1009, 4500, 4505])
  test(`it stays away after a close with ${code}, until it is asked`, async () => {
    await startClient();
    const first = await node.connection();
    first.welcome();
    first.close(code, "go");
    await phase("stopped");
    await page.evaluate(() => window.client.connect());
    (await node.connection()).welcome();
    await phase("open");
  });

test("it moves when the server asks it to, and not before its moment", async () => {
  const moments = await page.evaluate(async () => {
    const { moveMs } = await import("/policy.js");
    const asked = { after_ms: 1200, window_ms: 30000 };
    return [0, 0.5, 1].map((at) => moveMs(asked, () => at));
  });
  assert.deepEqual(moments, [1200, 16200, 31200]);

  await startClient();
  const first = await node.connection();
  first.welcome();
  first.send({
    event: "reconnect",
    reason: "drain",
    after_ms: 50,
    window_ms: 50,
  });
  const second = await node.connection();
  assert.deepEqual(await first.ended(), { code: 1000, reason: "moving" });
  second.welcome();
  await phase("open");
});

test("a close before the moment of a move waits for that moment", async () => {
  await startClient();
  const first = await node.connection();
  first.welcome();
  first.send({ event: "reconnect", after_ms: 3_600_000, window_ms: 0 });
  first.close(4000, "drain");
  await phase("waiting");
  const left = await page.evaluate(
    () => window.client.state.until - performance.now(),
  );
  assert.ok(left > 3_000_000, `${left} ms left`);
});

test("a token that may be had later is asked for later", async () => {
  node.tokenAnswers.push([503, { "Retry-After": "3600" }]);
  await startClient();
  await phase("waiting");
  const left = await page.evaluate(
    () => window.client.state.until - performance.now(),
  );
  assert.ok(left > 3_000_000, `${left} ms left`);
});

test("a token that is refused is not asked for again", async () => {
  node.tokenAnswers.push([400, {}]);
  await startClient();
  await phase("stopped");
});

test("a request ends with its answer, its refusal, or the connection", async () => {
  await startClient();
  const peer = await node.connection();
  peer.welcome();
  await phase("open");
  await page.evaluate(() => {
    const ask = (event) =>
      window.client.request(event).then(
        ({ value }) => value,
        ({ name, code }) => [name, code],
      );
    window.answers = Promise.all([ask("one"), ask("two"), ask("three")]);
  });
  const one = await peer.hears("one");
  const two = await peer.hears("two");
  await peer.hears("three");
  const refusal = { code: 103, error: "permission_denied", message: "no" };
  peer.send({ event: "error", id: two.id, ...refusal });
  peer.send({ event: "reply", id: one.id, value: 7 });
  peer.close(4000, "drain");
  assert.deepEqual(await page.evaluate(() => window.answers), [
    7,
    ["permission_denied", 103],
    ["disconnected", 0],
  ]);
});

test("a subscription goes on where it was, without a repeat", async () => {
  const first = await clientInRoom();
  first.send(message(6));
  first.send(message(6));
  first.send(message(7));
  await told("message", 7);
  first.cut();

  const second = await node.connection();
  second.welcome();
  const { id, topic, since, snapshot } = await second.hears("subscribe");
  assert.deepEqual(since, { epoch: "e-1", offset: 7 });
  assert.equal(snapshot, undefined);
  const at = { epoch: "e-1", offset: 9 };
  second.send({
    event: "reply",
    id,
    topic,
    mode: "replay",
    recovered: true,
    ...at,
  });
  for (const offset of [7, 8, 9]) second.send(message(offset));
  second.send({ event: "live", topic, offset: 9 });
  second.send(message(10));
  assert.deepEqual(await told("message", 10), [
    "entered 5",
    "snapshot 5",
    "live 5",
    "message 6",
    "message 7",
    "entered 9",
    "message 8",
    "message 9",
    "live 9",
    "message 10",
  ]);
});

test("offsets of another epoch are not compared", async () => {
  const first = await clientInRoom();
  await told("live", 5);
  first.cut();
  const second = await node.connection();
  second.welcome();
  const { id, topic } = await second.hears("subscribe");
  const at = { epoch: "e-2", offset: 1 };
  second.send({
    event: "reply",
    id,
    topic,
    mode: "snapshot",
    recovered: false,
    ...at,
  });
  second.send({ event: "snapshot", topic, ...at, state: { members: [] } });
  second.send({ event: "live", topic, offset: 1 });
  second.send(message(2));
  assert.deepEqual((await told("message", 2)).slice(3), [
    "entered 1",
    "snapshot 1",
    "live 1",
    "message 2",
  ]);
});

test("a gap is told, and what comes late comes once", async () => {
  const peer = await clientInRoom();
  peer.send({
    event: "gap",
    topic: "room.a",
    from: 6,
    to: 7,
    reason: "overflow",
  });
  for (const offset of [6, 7]) peer.send(message(offset));
  peer.send({ event: "live", topic: "room.a", offset: 7 });
  for (const offset of [7, 8]) peer.send(message(offset));
  assert.deepEqual((await told("message", 8)).slice(3), [
    "gap undefined",
    "message 6",
    "message 7",
    "live 7",
    "message 8",
  ]);
});

test("a topic that is left and entered again waits for the first to end", async () => {
  const peer = await clientInRoom();
  await told("live", 5);
  await page.evaluate(() => {
    window.client.unsubscribe("room.a");
    window.follow("room.a");
  });
  const { id } = await peer.hears("unsubscribe");
  peer.send(message(6)); // of the subscription that ends
  peer.send({ event: "reply", id, topic: "room.a" });
  const again = await peer.hears("subscribe");
  const at = { epoch: "e-1", offset: 8 };
  peer.send({
    event: "reply",
    id: again.id,
    topic: "room.a",
    mode: "live",
    ...at,
  });
  peer.send(message(9));
  assert.deepEqual((await told("message", 9)).slice(3), [
    "entered 8",
    "message 9",
  ]);
});

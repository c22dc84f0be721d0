// What a JavaScript client does with a node, on the packages `ws` and
// `@msgpack/msgpack`. Run by test_ws.py: ws_client.js URL TOKEN TOKEN

import assert from "node:assert/strict";
import { decode, encode } from "@msgpack/msgpack";
import WebSocket from "ws";

const [url, annsToken, bobsToken] = process.argv.slice(2);
const deadline = 60_000;

/// One connection: answers by id, events in order.
class Client {
  constructor(protocol, token, options) {
    this.binary = protocol === "rookery.v1.msgpack";
    this.socket = new WebSocket(url, protocol, {
      headers: { Authorization: `Bearer ${token}` }, ...options });
    this.arrived = [];
    this.waiting = [];
    this.lastId = 0;
    this.closed = new Promise((resolve) =>
      this.socket.on("close", (code, reason) =>
        resolve({ code, reason: reason.toString() })));
    this.socket.on("error", (error) => assert.fail(error));
    this.socket.on("message", (bytes, binary) => {
      assert.equal(binary, this.binary);
      this.arrived.push(binary ? decode(bytes) : JSON.parse(bytes));
      this.waiting.shift()?.();
    });
  }

  async next() {
    if (this.arrived.length === 0)
      await new Promise((resolve) => this.waiting.push(resolve));
    return this.arrived.shift();
  }

  async expect(event, fields) {
    const got = await this.next();
    assert.equal(got.event, event, JSON.stringify(got));
    for (const [name, value] of Object.entries(fields ?? {}))
      assert.deepEqual(got[name], value, name);
    return got;
  }

  tell(event, fields) {
    const message = { event, ...fields };
    this.socket.send(this.binary ? encode(message) : JSON.stringify(message));
  }

  async ask(event, fields) {
    this.tell(event, { id: ++this.lastId, ...fields });
    const got = await this.next();
    assert.equal(got.id, this.lastId, JSON.stringify(got));
    return got;
  }
}

async function open(protocol, token, perMessageDeflate) {
  const client = new Client(protocol, token, { perMessageDeflate });
  client.welcome = await client.expect("welcome");
  assert.equal(client.socket.protocol, protocol);
  assert.equal(client.socket.extensions.includes("permessage-deflate"),
               perMessageDeflate);
  return client;
}

async function converse(protocol, deflate) {
  const topic = `chat.${protocol.split(".").at(-1)}-${deflate}`;
  const ann = await open(protocol, annsToken, deflate);
  const bob = await open(protocol, bobsToken, deflate);
  assert.equal(ann.welcome.user, "ann");

  const reply = await ann.ask("subscribe", { topic });
  assert.equal(reply.kind, "room");
  await ann.expect("live", { topic, offset: reply.offset });
  await bob.ask("subscribe", { topic });
  await bob.expect("live");
  await ann.expect("joined", { topic, member: { user: "bob" } });

  // Long enough to be compressed, in characters of one to four bytes.
  const data = { text: "aé€🐦".repeat(2_000), list: [1, 2.5, null, true] };
  bob.tell("publish", { topic, data });
  for (const one of [ann, bob])
    await one.expect("message", { topic, data, user: "bob" });

  bob.socket.close(1000);
  assert.deepEqual(await bob.closed, { code: 1000, reason: "" });
  await ann.expect("left", { topic, reason: "closed" });
  assert.equal((await ann.ask("subscribe", { topic: "none.such" })).code, 102);
  ann.socket.send("}");
  assert.deepEqual(await ann.closed, ann.binary
    ? { code: 1003, reason: "unsupported_data" }
    : { code: 4502, reason: "malformed" });
}

setTimeout(() => assert.fail("took too long"), deadline).unref();
for (const protocol of ["rookery.v1.json", "rookery.v1.msgpack"])
  for (const deflate of [false, true])
    await converse(protocol, deflate);

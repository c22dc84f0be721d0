// Two clients on the package `ws`, at two nodes: the first hears what the
// second publishes. ws_pair.js URL URL TOKEN TOKEN TOPIC

import assert from "node:assert/strict";
import WebSocket from "ws";

const [hereUrl, thereUrl, hereToken, thereToken, topic] = process.argv.slice(2);
const DEADLINE_MS = 60_000;

/// A socket, and its events in the order of their coming.
async function* events(socket) {
  const arrived = [];
  let wake;
  socket.on("error", (error) => assert.fail(error));
  socket.on("message", (bytes) => {
    arrived.push(JSON.parse(bytes));
    wake?.();
  });
  for (;;) {
    while (arrived.length > 0) yield arrived.shift();
    await new Promise((resolve) => (wake = resolve));
  }
}

async function connect(url, token) {
  const headers = { Authorization: `Bearer ${token}` };
  const socket = new WebSocket(url, "rookery.v1.json", { headers });
  const heard = events(socket);
  const until = async (wanted) => {
    for (;;) {
      const { value } = await heard.next();
      if (wanted(value)) return value;
    }
  };
  await until(({ event }) => event === "welcome");
  const say = (message) => socket.send(JSON.stringify(message));
  return { socket, until, say };
}

setTimeout(() => assert.fail("not in time"), DEADLINE_MS).unref();
const here = await connect(hereUrl, hereToken);
const there = await connect(thereUrl, thereToken);
here.say({ event: "subscribe", id: 1, topic });
await here.until(({ event }) => event === "live");
there.say({ event: "subscribe", id: 1, topic });
await here.until(({ event }) => event === "joined");
there.say({ event: "publish", id: 2, topic, data: "from the other node" });
const receipt = await there.until(({ id }) => id === 2);
const message = await here.until(({ event }) => event === "message");
assert.equal(message.data, "from the other node");
assert.equal(message.offset, receipt.offset);
there.socket.close(1000);
await here.until(({ event }) => event === "left");
here.socket.close(1000);

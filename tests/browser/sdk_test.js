// The SDK of clients/js in Chromium, with the browser's own WebSocket, against a
// real node that is cut off, killed, stopped and hidden from.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { tokenFor } from "../../clients/js/test/support/node.js";
import { FOLDER } from "../../clients/js/test/support/sdk.js";
import { until } from "../../clients/js/test/support/waiting.js";
import { upTo, World } from "../../clients/js/test/support/world.js";
import { launchBrowser, PATIENCE_MS } from "./support/chromium.js";

const CUTS = 10;

// The application's own server, with a page and the package.
const site = createServer(async ({ url }, answer) => {
  if (url !== "/sdk.js")
    return answer
      .setHeader("Content-Type", "text/html")
      .end("<!doctype html><title>page</title>");
  answer.setHeader("Content-Type", "text/javascript");
  answer.end(await readFile(join(FOLDER, "esm/index.js")));
});
const world = new World();
let browser;
let page;
let writer; // a client of this process, on a way that is never cut

before(async () => {
  await world.start();
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  site.close();
  await world.end();
});

beforeEach(async () => {
  writer = world.client("bob");
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.exposeFunction("token", () => tokenFor("ann"));
  await page.goto(`http://127.0.0.1:${site.address().port}`);
});
afterEach(async () => {
  await page.close();
  world.closeClients();
});

/// Subscribes in the page, which writes down what its application is told.
async function follow(topic) {
  const url = `ws://127.0.0.1:${world.proxyPort}/ws`;
  await page.evaluate(
    async ([name, url]) => {
      const { Client } = await import("/sdk.js");
      const client = new Client({
        url,
        token: window.token,
        pauseWhenHidden: true,
        backoff: { baseMs: 20, capMs: 200 },
      });
      const room = client.connect().subscribe(name);
      const seen = { data: [], resets: [], entered: 0, live: 0 };
      room.on("message", ({ data }) => seen.data.push(data));
      room.on("reset", ({ reason }) => seen.resets.push(reason));
      room.on("subscribed", () => (seen.entered += 1));
      room.on("live", () => (seen.live += 1));
      Object.assign(window, { client, room, seen });
    },
    [topic, url],
  );
  await page.waitForFunction(() => window.seen.live > 0);
}

const seen = () => page.evaluate(() => window.seen);
const heard = (count) =>
  page.waitForFunction((least) => window.seen.data.length >= least, count);
const enteredAgain = (before) =>
  page.waitForFunction((count) => window.seen.entered > count, before);

test("a page that is cut off misses nothing and repeats nothing", async () => {
  await follow("chat.cut");
  let sent = 0;
  let writing = true;
  const written = (async () => {
    while (writing) await writer.publish("chat.cut", sent++);
  })();
  for (let cut = 0; cut < CUTS; cut += 1) {
    const { data, entered } = await seen();
    await heard(data.length + 5);
    world.proxy.cut();
    await enteredAgain(entered);
  }
  writing = false;
  await written;
  await heard(sent);
  const { data, resets } = await seen();
  assert.deepEqual(data, upTo(sent));
  assert.deepEqual(resets, []);
});

test("a hidden page is spared, and catches up when it is seen", async () => {
  await follow("chat.hidden");
  const show = (visibility) =>
    page.evaluate(async (state) => {
      Object.defineProperty(document, "visibilityState", {
        configurable: true,
        value: state,
      });
      document.dispatchEvent(new Event("visibilitychange"));
      await window.room.presence(); // answered after what went before it
    }, visibility);
  await show("hidden");
  for (const at of upTo(20)) await writer.publish("chat.hidden", at);
  assert.deepEqual((await seen()).data, []);
  await show("visible");
  await heard(20);
  assert.deepEqual((await seen()).data, upTo(20));
});

test("a page is told of a node that was killed, and publishes on", async () => {
  await follow("chat.killed");
  await page.evaluate(() => window.room.publish("before"));
  await heard(1);
  await world.node.kill();
  await page.evaluate(() => {
    window.waiting = window.room.publish("while it is away");
  });
  await world.node.start();
  const { offset } = await page.evaluate(() => window.waiting);
  assert.ok(offset > 0);
  await heard(2);
  const { data, resets } = await seen();
  assert.deepEqual(data, ["before", "while it is away"]);
  assert.deepEqual(resets, ["new_epoch"]);
});

test("a page comes back to the node that follows one that stopped", async () => {
  await follow("chat.drained");
  const { entered } = await seen();
  await world.node.stop();
  await until("the page knows", () =>
    page.evaluate(() => window.client.state.phase !== "open"),
  );
  await world.node.start();
  await enteredAgain(entered);
  const [known] = await page.evaluate(async () => {
    const { members } = await window.room.presence();
    return members.map(({ user }) => user);
  });
  assert.equal(known, "ann");
});

// Cross-site hijacking: a page of somebody else, opened by a visitor whose
// cookie would name the user, cannot connect; a page of the node's host can.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { launchBrowser } from "./support/chromium.js";
import { Rookery } from "./support/rookery.js";

const node = new Rookery('session { cookie = "ticket" }');
// Cookies know hosts and no ports: the other page's requests carry it too.
const elsewhere = createServer((_, answer) => {
  answer.setHeader("Content-Type", "text/html");
  answer.end("<!doctype html><title>elsewhere</title>");
});
let browser;
let context;

before(async () => {
  await node.start();
  elsewhere.listen(0, "127.0.0.1");
  await once(elsewhere, "listening");
  browser = await launchBrowser();
  context = await browser.newContext();
  const token = await (
    await fetch(`${node.origin}/demo/token?name=wren`)
  ).text();
  await context.addCookies([
    { name: "ticket", value: token, url: node.origin, sameSite: "Lax" },
  ]);
});
after(async () => {
  await browser?.close();
  elsewhere.close();
  await node.end();
});

/// What a script of this page gets from the node: its welcome, or "refused".
async function connectFrom(origin) {
  const page = await context.newPage();
  await page.goto(origin);
  const got = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url, "rookery.v1.json");
        socket.onmessage = ({ data }) => resolve(JSON.parse(data));
        socket.onerror = () => resolve("refused");
      }),
    `ws://127.0.0.1:${node.port}/ws`,
  );
  await page.close();
  return got;
}

test("a page of the node's own host connects as its visitor", async () => {
  const got = await connectFrom(node.origin);
  assert.equal(got.event, "welcome");
  assert.equal(got.user, "wren");
});

test("a page of another origin is refused, cookie or not", async () => {
  const other = `http://127.0.0.1:${elsewhere.address().port}`;
  assert.equal(await connectFrom(other), "refused");
});

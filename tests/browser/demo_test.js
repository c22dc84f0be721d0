// The demo page in Chromium against a real node: what people at two tabs see.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { launchBrowser } from "./support/chromium.js";
import { Rookery } from "./support/rookery.js";
import { People, TOKENS } from "./support/tab.js";

const node = new Rookery();
let browser;
let people;

before(async () => {
  await node.start();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await node.end();
});

beforeEach(() => {
  people = new People(browser, node.origin);
});
afterEach(async () => {
  await people.leave();
  assert.deepEqual(people.complaints, []);
});

test("two tabs chat both ways", async () => {
  const wren = await people.enter("wren", "chat");
  const rook = await people.enter("rook", "chat");
  await wren.says("hello");
  await rook.reads("wren", "hello");
  await rook.says('<b>hi</b> & "welcome"');
  await wren.reads("rook", '<b>hi</b> & "welcome"');
  await wren.reads("wren", "hello");
});

test("both tabs see who is there, who comes and who goes", async () => {
  const wren = await people.enter("wren", "presence");
  await wren.sees("wren");
  const rook = await people.enter("rook", "presence");
  await wren.sees("wren", "rook");
  await rook.sees("wren", "rook");
  await wren.notices("rook came");
  await rook.page.close();
  await wren.notices("rook went");
  await wren.sees("wren");
});

test("typing and pointers reach the other tab, and no log", async () => {
  const wren = await people.enter("wren", "live");
  const rook = await people.enter("rook", "live");
  await rook.says("before");
  await wren.reads("rook", "before");

  await rook.page.locator("#text").pressSequentially("hm");
  await wren.seesTyping("rook is typing…");
  await rook.page.locator("#text").fill("");
  await wren.seesTyping("");

  await rook.pointsAt(0.25, 0.5);
  await wren.seesPointer("rook", 0.25, 0.5);
  await rook.pointsAt(0.75, 0.4);
  await wren.seesPointer("rook", 0.75, 0.4);
  await rook.page.locator("#me").hover();
  await wren.cursorOf("rook").waitFor({ state: "detached" });

  await rook.says("after");
  await wren.reads("rook", "after");
  const before = await wren.offsetOf("rook", "before");
  assert.equal(await wren.offsetOf("rook", "after"), before + 1);
  const live = (await wren.frames("in", "message")).filter(
    ({ topic }) => topic === "live.live",
  );
  assert.ok(live.length > 0);
  assert.ok(live.every(({ offset }) => offset === undefined));
});

test("a tab that reloads is there once, with its name", async () => {
  const wren = await people.enter("wren", "reload");
  const rook = await people.enter("rook", "reload");
  await rook.page.reload();
  await rook.isConnected();
  await rook.sees("wren", "rook");
  await wren.sees("wren", "rook");
  await rook.says("back again");
  await wren.reads("rook", "back again");
});

test("two tabs of one user count once", async () => {
  const wren = await people.enter("wren", "twice");
  const rook = await people.enter("rook", "twice");
  const second = await people.enter("rook", "twice");
  await wren.seesMark("rook", "2 tabs");
  await wren.sees("wren", "rook");
  await second.says("from the second");
  await rook.reads("rook", "from the second");

  await second.page.close();
  await wren.page.locator("#people").getByText("2 tabs").waitFor({
    state: "detached",
  });
  await wren.sees("wren", "rook");
  await rook.page.close();
  await wren.notices("rook went");
  const notes = await wren.page.locator("#log .note").allInnerTexts();
  const about = (what) => notes.filter((note) => note.startsWith(what)).length;
  assert.equal(about("rook came"), 1);
  assert.equal(about("rook went"), 1);
});

test("rooms are apart", async () => {
  const wren = await people.enter("wren", "here");
  const rook = await people.enter("rook", "there");
  await rook.says("is anybody here?");
  await rook.reads("rook", "is anybody here?");
  await rook.page.locator("#room-name").fill("here");
  await rook.page.keyboard.press("Enter");
  await rook.sees("wren", "rook");
  await wren.notices("rook came");
  await rook.says("found you");
  await wren.reads("rook", "found you");
  assert.equal(await wren.page.locator("#log .message").count(), 1);

  await rook.page.locator("#rooms").getByText("#garden").click();
  await rook.sees("rook");
  await wren.notices("rook went");
});

test("a connection that drops comes back with its place in the log", async () => {
  const wren = await people.enter("wren", "drop");
  const rook = await people.enter("rook", "drop");
  await wren.says("one");
  await rook.reads("wren", "one");
  await rook.page.getByRole("button", { name: "Drop connection" }).click();
  await rook.page.locator("#count-reconnects").getByText("1").waitFor();
  await rook.sees("wren", "rook");
  const [first, again] = (await rook.frames("out", "subscribe")).filter(
    ({ topic }) => topic === "room.drop",
  );
  assert.equal(first.since, undefined);
  assert.equal(typeof again.since.epoch, "string");
  assert.ok(again.since.offset > 0);
  await wren.says("two");
  await rook.reads("wren", "two");
  await rook.says("three");
  await wren.reads("rook", "three");
});

test("what the server does not understand ends the connection for good", async () => {
  const wren = await people.enter("wren", "raw");
  await wren.page.locator("#raw-preset").selectOption("no such event");
  await wren.page.locator("#raw").getByRole("button", { name: "Send" }).click();
  await wren.page.locator('.frame[data-event="error"]').waitFor();
  const [error] = await wren.frames("in", "error");
  assert.equal(error.code, 104);

  await wren.page.locator("#raw-text").fill("{");
  await wren.page.locator("#raw").getByRole("button", { name: "Send" }).click();
  await wren.page.getByText("Closed: malformed (4502)").waitFor();
  await wren.page.getByRole("button", { name: "Connect now" }).click();
  await wren.isConnected();
});

test("a node that is too busy for a token is asked later", async () => {
  const wren = await people.enter("wren", "busy");
  await wren.tokensAnswer(503, { "Retry-After": "3600" });
  await wren.page.getByRole("button", { name: "Drop connection" }).click();
  await wren.page.locator(".frame-note").getByText("no token: later").waitFor();
  const left = parseFloat(await wren.page.locator("#countdown").innerText());
  assert.ok(left > 3000, `${left} s left`);
});

test("a name without a token is not asked for again, until somebody does", async () => {
  const wren = await people.enter("wren", "refused");
  await wren.tokensAnswer(403);
  await wren.page.getByRole("button", { name: "Drop connection" }).click();
  await wren.page.getByText("Closed: later").waitFor();
  await wren.page.unroute(TOKENS);
  await wren.page.getByRole("button", { name: "Connect now" }).click();
  await wren.isConnected();
});

test("the page speaks to nobody but its node", async () => {
  const wren = await people.enter("wren", "alone");
  await wren.says("hello?");
  await wren.reads("wren", "hello?");
  const hosts = new Set(people.requests.map((one) => new URL(one).host));
  assert.deepEqual([...hosts], [new URL(node.origin).host]);
});

test("both tabs come back after the server was restarted, and chat on", async () => {
  const wren = await people.enter("wren", "restart");
  const rook = await people.enter("rook", "restart");
  await wren.says("before");
  await rook.reads("wren", "before");
  await node.stop();
  await wren.isDisconnected();
  await rook.isDisconnected();
  await wren.says("meanwhile"); // waits for its receipt
  await node.start();
  await wren.isConnected();
  await rook.isConnected();
  await wren.sees("wren", "rook");
  await rook.sees("wren", "rook");
  await wren.reads("wren", "meanwhile");
  await wren.says("after");
  await rook.reads("wren", "after");
  await rook.says("indeed");
  await wren.reads("rook", "indeed");
});

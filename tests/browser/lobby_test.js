// The page of lobbies in Chromium, on three nodes of a cluster: people find each
// other, play, and go on when the node of one of them is killed.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { launchBrowser } from "./support/chromium.js";
import { Cluster } from "./support/cluster.js";
import { Players } from "./support/player.js";

const cluster = new Cluster(3);
let browser;
let players;

before(async () => {
  await cluster.start();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await cluster.end();
});

beforeEach(() => {
  players = new Players(browser, cluster);
});
afterEach(async () => {
  await players.leave();
  assert.deepEqual(players.complaints, []);
});

/// Both at their seats, and started by the host, who is `first`.
async function start(lobby, first, second) {
  await first.creates(lobby);
  await second.opens(lobby);
  await second.presses("Take a seat");
  await first.sees({ 0: first.name, 1: second.name });
  for (const one of [first, second]) await one.presses("I am ready");
  await first.reads("All are ready: start when you like.");
  await first.presses("Start");
}

test("two people at two nodes play, and a third one looks on", async () => {
  const wren = await players.enter("wren", 0);
  const rook = await players.enter("rook", 1);
  const kite = await players.enter("kite", 2);
  await wren.creates("three-nodes");
  await kite.opens("three-nodes");
  await kite.sees({ 0: "wren" });
  await rook.opens("three-nodes");
  await rook.presses("Take a seat");
  for (const one of [wren, rook, kite]) {
    await one.sees({ 0: "wren", 1: "rook" });
    await one.seesMark("wren", "host");
  }
  await rook.presses("I am ready");
  await wren.seesMark("rook", "ready");
  await wren.presses("I am ready");
  await wren.presses("Start");

  await wren.takes(4);
  await rook.takes(0);
  for (const one of [wren, rook, kite]) await one.seesBoard("1.. .0. ...");
  await rook.pointsAt(0.25, 0.5);
  await wren.seesPointer("rook", 0.25, 0.5);
  await kite.seesPointer("rook", 0.25, 0.5);
  await wren.takes(2);
  await rook.takes(1);
  await wren.takes(6);
  await wren.reads("You win!");
  await rook.reads("wren wins.");
  await kite.seesBoard("110 .0. 0..");

  await rook.presses("Another round");
  await rook.takes(8); // who was second begins
  for (const one of [wren, kite]) await one.seesBoard("... ... ..1");
});

test("quick match brings two people together, who start by being ready", async () => {
  const wren = await players.enter("wren", 0);
  await wren.presses("Quick match");
  await wren.sees({ 0: "wren" });
  const rook = await players.enter("rook", 2);
  await rook.page.locator("#open li").first().waitFor();
  await rook.presses("Quick match");
  await rook.sees({ 0: "wren", 1: "rook" });
  await rook.presses("I am ready");
  await wren.presses("I am ready");
  await wren.takes(0);
  await rook.takes(1);
  await wren.seesBoard("01. ... ...");
});

test("who is host after the first one left judges in his place", async () => {
  const wren = await players.enter("wren", 0);
  const rook = await players.enter("rook", 1);
  const kite = await players.enter("kite", 2);
  await wren.creates("handed-on");
  await rook.opens("handed-on");
  await rook.presses("Take a seat");
  await wren.sees({ 0: "wren", 1: "rook" });
  await wren.presses("Leave");
  await rook.sees({ 1: "rook" });
  await rook.seesMark("rook", "host");
  await kite.opens("handed-on");
  await kite.presses("Take a seat");
  await rook.sees({ 0: "kite", 1: "rook" });
  for (const one of [kite, rook]) await one.presses("I am ready");
  await rook.presses("Start");
  await kite.takes(4);
  await rook.takes(0);
  for (const one of [rook, kite]) await one.seesBoard("1.. .0. ...");
});

test("a password is asked for, and a host may kick", async () => {
  const wren = await players.enter("wren", 0);
  const rook = await players.enter("rook", 1);
  await wren.creates("locked", { password: "seed" });
  await rook.opens("locked");
  const password = rook.page.locator("#sit-password");
  await password.fill("wrong");
  await rook.presses("Take a seat");
  await rook.reads("That is not the password.");
  await password.fill("seed");
  await rook.presses("Take a seat");
  await wren.sees({ 0: "wren", 1: "rook" });
  await wren.presses("Kick rook");
  await rook.reads("The host took your seat away.");
  await wren.sees({ 0: "wren" });
});

test("a tab that reloads has its seat again", async () => {
  const wren = await players.enter("wren", 0);
  const rook = await players.enter("rook", 1);
  await start("reload", wren, rook);
  await wren.takes(4);
  await rook.reads("Your turn.");
  await rook.page.reload();
  await rook.isConnected();
  await rook.sees({ 0: "wren", 1: "rook" });
  await rook.takes(0);
  await wren.seesBoard("1.. .0. ...");
});

test("the keyboard is enough to play", async () => {
  const wren = await players.enter("wren", 0);
  const rook = await players.enter("rook", 1);
  await start("keyboard", wren, rook);
  await wren.reads("Your turn.");
  await wren.page.locator('[data-cell="4"]').focus();
  for (const key of ["ArrowRight", "ArrowDown", "Enter"])
    await wren.page.keyboard.press(key);
  await rook.seesBoard("... ... ..0");
});

// The last one: its node does not come back.
test("the game goes on when the node of its host is killed", async () => {
  const wren = await players.enter("wren", 0);
  const rook = await players.enter("rook", 1);
  const kite = await players.enter("kite", 2);
  await start("survivor", wren, rook);
  await kite.page.evaluate(() => (location.hash = "survivor"));
  await wren.takes(4);
  await rook.reads("Your turn.");
  const node = await wren.node();
  await cluster.kill(0);
  await rook.takes(0); // maybe while nobody judges
  await wren.leavesNode(node);
  for (const one of [wren, rook, kite]) {
    await one.seesBoard("1.. .0. ...");
    await one.sees({ 0: "wren", 1: "rook" });
  }
  await wren.takes(2);
  await rook.takes(1);
  await wren.takes(6);
  await rook.reads("wren wins.");
  await kite.seesBoard("110 .0. 0..");
  await rook.pointsAt(0.25, 0.5);
  await wren.seesPointer("rook", 0.25, 0.5);
});

// The soak program against a node that is killed meanwhile.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { until } from "../support/waiting.js";
import { World } from "../support/world.js";

const PROGRAM = fileURLToPath(
  new URL("../support/soak_clients.js", import.meta.url),
);
const KILLS = 3;
const CLIENTS = 6;

const world = new World();
before(() => world.start());
after(() => world.end());

/// The program while it runs: what it says, and a way to tell it something.
function soak(...options) {
  const url = `ws://127.0.0.1:${world.node.port}/ws`;
  const command = [PROGRAM, url, ...options.map(String)];
  const program = spawn(process.execPath, command);
  const said = { out: "", err: "" };
  program.stdout.on("data", (data) => (said.out += data));
  program.stderr.on("data", (data) => (said.err += data));
  return { program, said, ended: once(program, "close") };
}

test("kills lose, repeat and reorder nothing that has a receipt", async () => {
  const topic = "chat.soak";
  const counts = ["--clients", CLIENTS, "--publishers", 3, "--every-ms", 5];
  const { program, said, ended } = soak("--topic", topic, ...counts);
  const observer = world.client("observer").subscribe(topic);
  let messages = 0;
  observer.on("message", () => (messages += 1));
  await until("all are live", () => said.err.includes("live"));
  const moreCome = async () => {
    await until("everybody is back", async () => {
      const { count } = await observer.presence();
      return count === CLIENTS + 1;
    });
    const before = messages;
    await until("messages come", () => messages > before + 50);
  };
  for (let kill = 0; kill < KILLS; kill += 1) {
    await moreCome();
    await world.node.kill();
    await world.node.start();
  }
  await moreCome();
  program.stdin.write("stop\n");
  const [code] = await ended;
  const report = JSON.parse(said.out);
  assert.deepEqual([code, report.ok, report.examples], [0, true, []]);
  assert.deepEqual(report.verdict, { lost: 0, repeated: 0, reordered: 0 });
  assert.equal(report.clients.length, CLIENTS);
  // Each was there in each life of the node, and to the end of the last.
  for (const { connects, messages: told } of report.clients)
    assert.ok(connects > KILLS && told > 50, said.out);
  world.closeClients();
});

test("it ends by itself, also when the node is gone for good", async () => {
  const short = ["--seconds", "60", "--deadline", "1", "--clients", "2"];
  const { program, said, ended } = soak("--topic", "chat.gone", ...short);
  await until("all are live", () => said.err.includes("live"));
  await world.node.kill();
  program.kill("SIGTERM");
  const [code] = await ended;
  const { ok, complete } = JSON.parse(said.out);
  assert.deepEqual([code, ok, complete], [1, false, false]);
  await world.node.start();
});

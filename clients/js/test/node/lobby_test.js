// Lobbies against a real node, over connections that are cut. A node that lacks
// them skips all.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { until } from "../support/waiting.js";
import { upTo, World } from "../support/world.js";

const world = new World(`
topics {
  lobby { match = "lobby.*", kind = lobby, lobby { empty-ttl = 1h } }
  brief { match = "brief.*", kind = lobby, lobby { hold = 300ms } }
}
`);
const CUTS = 10;
let lacking = false;

before(async () => {
  try {
    await world.start();
  } catch (error) {
    if (!/lobby/.test(error.message)) throw error;
    lacking = true;
  }
});
afterEach(() => world.closeClients());
after(() => world.end());

/// A test of what a node without lobbies cannot do.
const lobbyTest = (name, body) =>
  test(name, (t) => (lacking ? t.skip("the node has no lobbies") : body(t)));

/// Waits until all of these handles see the same, and that it is so.
const all = (what, handles, is) =>
  until(what, () => handles.every(({ state }) => state && is(state)));
const seats = ({ seats: taken }) =>
  taken.map(({ seat, user }) => `${seat} ${user}`).join();

/// What a handle tells, as it comes.
function follow(lobby, ...names) {
  const words = [];
  for (const name of names)
    lobby.on(name, (event) => words.push([name, event]));
  return words;
}

for (const encoding of ["json", "msgpack"])
  lobbyTest(`a lobby from its creation to its end in ${encoding}`, async () => {
    const topic = `lobby.life-${encoding}`;
    const ann = world.client("ann", { encoding }).lobby(topic);
    const bob = world.client("bob", { encoding }).lobby(topic);
    const cyd = world.client("cyd", { encoding }).lobby(topic);
    const setup = { seats: 2, state: { n: 1 }, info: { mode: "duel" } };
    assert.equal((await ann.create(setup)).seat, 0);
    const taken = world.client("dan", { encoding }).lobby(topic);
    await assert.rejects(taken.create(setup), { code: "conflict" });
    assert.equal((await bob.join()).seat, 1);
    await assert.rejects(taken.join(), { code: "lobby_full" });
    cyd.watch();
    const handles = [ann, bob, cyd];
    await all("two players", handles, (view) => seats(view) === "0 ann,1 bob");
    for (const { state } of handles) {
      assert.deepEqual([state.host, state.started], ["ann", false]);
      assert.deepEqual([state.state, state.info], [{ n: 1 }, { mode: "duel" }]);
      assert.equal(state.seatCount, 2);
    }
    assert.deepEqual([ann.isHost, bob.isHost], [true, false]);

    await bob.ready();
    await all("bob is ready", handles, (view) => view.seats[1].ready);
    await assert.rejects(bob.start(), { code: "not_host" });
    await assert.rejects(cyd.ready(), { code: "not_seated" });
    await ann.start();
    await all("it has started", handles, (view) => view.started);
    await bob.leave();
    await all("bob has left", [ann, cyd], (view) => seats(view) === "0 ann");
    await assert.rejects(bob.join(), { code: "lobby_started" });
    const closed = follow(cyd, "closed");
    await ann.close();
    await until("it is closed", () => closed.length === 1);
    assert.equal(closed[0][1].reason, "host");
    assert.deepEqual([ann.seat, cyd.state.closed], [undefined, "host"]);
    await assert.rejects(ann.ready(), { code: "unknown_topic" });

    assert.equal((await taken.create({ seats: 4 })).seat, 0);
    await all("a new one", [cyd], (view) => seats(view) === "0 dan");
    const { seatCount, closed: over, started, state } = cyd.state;
    assert.deepEqual(
      [seatCount, over, started, state],
      [4, undefined, false, null],
    );
  });

lobbyTest(
  "only the host sets the state, and not what changed meanwhile",
  async () => {
    const ann = world.client("ann").lobby("lobby.state");
    const bob = world.client("bob").lobby("lobby.state");
    await ann.create({ seats: 2, state: { a: 1 } });
    await bob.join();
    const { offset } = await ann.set({ b: { c: 2 } });
    const { offset: newest } = await ann.set({ a: null }, { ifOffset: offset });
    const stale = ann.set({ a: 3 }, { ifOffset: offset });
    await assert.rejects(stale, { code: "conflict" });
    await assert.rejects(bob.set({ a: 4 }), { code: "not_host" });
    await until("bob has it", () => bob.position?.offset >= newest);
    assert.deepEqual(bob.state.state, { b: { c: 2 } });
    const first = await ann.set({ d: 1 }, { key: "k" });
    assert.deepEqual(await ann.set({ d: 1 }, { key: "k" }), first);
  },
);

lobbyTest(
  "players speak to the host and to seats, in the lobby's name",
  async () => {
    const ann = world.client("ann").lobby("lobby.words");
    const bob = world.client("bob").lobby("lobby.words");
    await ann.create({ seats: 2 });
    await bob.join();
    const heard = [];
    for (const one of [ann, bob])
      one.on("direct", ({ user, topic, data }) =>
        heard.push([user, topic, data]),
      );
    assert.equal((await bob.send({ cell: 4 })).connections, 1);
    assert.equal((await ann.send("no", { seat: 1 })).connections, 1);
    await until("both have come", () => heard.length === 2);
    assert.deepEqual(heard, [
      ["bob", "lobby.words", { cell: 4 }],
      ["ann", "lobby.words", "no"],
    ]);
    const said = follow(ann, "message");
    await bob.publish("to all");
    await until("it has come", () => said.length === 1);
    assert.equal(said[0][1].data, "to all");
  },
);

lobbyTest("a password, an invitation and a kick decide who sits", async () => {
  const denied = { code: "permission_denied" };
  const [ann, bob] = ["ann", "bob"].map((user) => world.client(user));
  const locked = ann.lobby("lobby.locked");
  await locked.create({ seats: 2, password: "s" });
  const guest = bob.lobby(locked.topic);
  await assert.rejects(guest.join(), denied);
  await assert.rejects(guest.join({ password: "t" }), denied);
  await guest.join({ password: "s" });
  await all("both", [locked, guest], ({ seats }) => seats.length === 2);
  await locked.kick("bob");
  await until("bob knows", () => guest.seat === undefined);

  const hidden = ann.lobby("lobby.hidden");
  await hidden.create({ seats: 2, private: true, spectators: false });
  const invited = bob.lobby(hidden.topic);
  await assert.rejects(invited.join(), denied);
  const refused = follow(invited.watch(), "refused");
  await until("bob is refused", () => refused.length === 1);
  await hidden.invite("bob");
  await invited.join();
  await all("both", [hidden, invited], ({ seats }) => seats.length === 2);
});

lobbyTest(
  "a seat outlives connections, and so does what was under way",
  async () => {
    const ann = world.client("ann", { cuttable: true }).lobby("lobby.cut");
    const bob = world.client("bob").lobby("lobby.cut");
    await ann.create({ seats: 2, password: "s" });
    await bob.join({ password: "s" });
    for (const one of [ann, bob])
      for (const name of ["reset", "lost", "left"])
        one.on(name, (event) =>
          assert.fail(`${name}: ${JSON.stringify(event)}`),
        );
    const again = follow(ann, "seated");
    let step = 0;
    let writing = true;
    const written = (async () => {
      while (writing) await ann.set({ [`n${step % 5}`]: step, step: ++step });
    })();
    for (const cut of upTo(CUTS)) {
      const before = bob.state?.state?.step ?? 0;
      await until(
        "it goes on",
        () => (bob.state?.state?.step ?? 0) > before + 5,
      );
      world.proxy.cut();
      await until("it is back", () => again.length > cut);
    }
    writing = false;
    await written;
    await all("the last", [ann, bob], ({ state }) => state?.step === step);
    assert.deepEqual(ann.state.state, bob.state.state);
    assert.ok(again.every(([, { seat, retaken }]) => seat === 0 && retaken));
    await all("nobody is held", [ann, bob], (view) =>
      view.seats.every(({ held }) => !held),
    );
    assert.equal(bob.state.host, "ann");
  },
);

lobbyTest("who stays away too long loses seat and role", async () => {
  const gone = world.client("ann", { cuttable: true });
  const ann = gone.lobby("brief.gone");
  const bob = world.client("bob").lobby("brief.gone");
  await ann.create({ seats: 2 });
  await bob.join();
  await all("both are there", [bob], ({ seats }) => seats.length === 2);
  const told = follow(bob, "held", "left", "host");
  world.proxy.cut();
  gone.close();
  await until("bob is host", () => bob.isHost);
  const [[, held], [, left], [, host]] = told;
  assert.deepEqual(
    [held.change, held.user, held.seat, held.hold_ms],
    ["held", "ann", 0, 300],
  );
  assert.deepEqual([left.change, left.reason], ["left", "gone"]);
  assert.equal(host.user, "bob");
});

lobbyTest("a node that forgot the lobby has no seat for us", async () => {
  const client = world.client("ann", { cuttable: true });
  const lobby = client.lobby("lobby.forgotten");
  await lobby.create({ seats: 2 });
  const lost = follow(lobby, "lost");
  await world.node.kill();
  await world.node.start();
  await until("we know", () => lost.length === 1);
  assert.equal(lost[0][1].code, "unknown_topic");
  assert.equal(lobby.seat, undefined);
});

lobbyTest(
  "a live list follows lobbies as they come, fill, start and end",
  async () => {
    const list = world.client("zoe").lobbies("lobby").watch();
    list.on("refused", (error) => assert.fail(error));
    const now = () =>
      list.current
        .filter(({ topic }) => topic.startsWith("lobby.list-"))
        .map(({ topic, taken }) => `${topic.slice(11)}${taken}`)
        .join(" ");
    const is = (wanted) => until(`"${wanted}"`, () => now() === wanted);
    const at = (name, user) => world.client(user).lobby(`lobby.list-${name}`);
    const b = at("b", "bob");
    await b.create({ seats: 2, info: { mode: "duel" } });
    await is("b1");
    const a = at("a", "ann");
    await a.create({ seats: 2, password: "s" });
    await at("c", "cyd").create({ seats: 2, private: true });
    await is("a1 b1");
    const { locked } = list.current.find(({ topic }) => topic === a.topic);
    assert.equal(locked, true);
    await at("b", "dan").join();
    await is("a1 b2");
    const page = async (options) =>
      (await list.list(options)).lobbies
        .map(({ topic }) => topic)
        .filter((topic) => topic.startsWith("lobby.list-"));
    assert.deepEqual(await page({ free: 1 }), [a.topic]);
    assert.deepEqual(await page({ info: { mode: "duel" } }), [b.topic]);
    assert.deepEqual(await page({ after: a.topic }), [b.topic]);
    const every = [];
    for await (const one of list.all({ limit: 1 })) every.push(one.topic);
    assert.ok(every.includes(a.topic) && every.includes(b.topic));
    await b.start();
    await is("a1");
    await a.close();
    await is("");
  },
);

lobbyTest("players who look for a match find each other", async () => {
  const wanted = { prefix: "lobby.match-", seats: 2, info: { n: 1 } };
  const first = await world.client("ann").match({ ...wanted, state: { a: 1 } });
  assert.deepEqual([first.seat, first.created], [0, true]);
  assert.ok(first.topic.startsWith("lobby.match-"));
  const second = await world.client("bob").match(wanted);
  assert.deepEqual(
    [second.topic, second.seat, second.created],
    [first.topic, 1, false],
  );
  await all(
    "both are there",
    [first.lobby, second.lobby],
    (view) => seats(view) === "0 ann,1 bob",
  );
  assert.deepEqual(second.lobby.state.state, { a: 1 });
});

lobbyTest(
  "a match waits for a seat, until its time or its signal ends it",
  async () => {
    const wanted = { prefix: "lobby.wait-", create: false };
    const none = world.client("ann").match({ ...wanted, waitMs: 100 });
    await assert.rejects(none, { code: "not_available" });

    const abort = new AbortController();
    const { signal } = abort;
    const client = world.client("bob");
    const cancelled = client.match({ ...wanted, waitMs: 60_000, signal });
    await client.ready();
    await client.ping(); // it has come there by then
    abort.abort();
    await assert.rejects(cancelled, { code: "aborted" });
    await client.ping();

    const waiting = world.client("cyd").match({ ...wanted, waitMs: 60_000 });
    const host = world.client("dan").lobby("lobby.wait-x");
    await host.create({ seats: 3 });
    const { topic, seat, created } = await waiting;
    assert.deepEqual([topic, seat, created], [host.topic, 1, false]);
    await all("bob does not", [host], (view) => seats(view) === "0 dan,1 cyd");
  },
);

lobbyTest("the companion carries the latest of each player", async () => {
  const ann = world.client("ann", { cuttable: true }).lobby("lobby.play");
  const bob = world.client("bob").lobby("lobby.play");
  await ann.create({ seats: 2 });
  await bob.join();
  const heard = [];
  ann.play
    .subscribe()
    .on("message", ({ user, data }) => heard.push([user, data]));
  for (const { play } of [ann, bob])
    play.on("refused", (error) => assert.fail(error));
  const comes = (data) =>
    until(`${data} has come`, () => {
      bob.play.tell(data);
      return heard.some(([user, told]) => user === "bob" && told === data);
    });
  await comes("one");
  const again = follow(ann, "seated");
  world.proxy.cut();
  await until("it is back", () => again.length === 1);
  await comes("two");
  const seen = [];
  const looker = world.client("eve").lobby("lobby.play").watch();
  looker.play.subscribe().on("message", ({ data }) => seen.push(data));
  assert.equal(looker.play.tell("three"), false);
  await until("who looks on hears it", () => {
    bob.play.tell("four");
    return seen.includes("four");
  });
  assert.ok(!heard.some(([user]) => user === "eve"));
});

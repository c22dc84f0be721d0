// The pure parts: when to come back, where one stands, what a frame weighs.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as msgpack from "@msgpack/msgpack";

import {
  backoffMs,
  closeName,
  comesBack,
  Cursor,
  frameBytes,
  jsonCodec,
  KnownLogs,
  messagePackCodec,
  moveMs,
  refreshAfterMs,
} from "../support/parts.js";

test("a wait is any moment up to a bound that doubles, and then stays", () => {
  const bounds = { baseMs: 500, capMs: 20_000 };
  const most = (attempt) => backoffMs(attempt, bounds, () => 1);
  assert.deepEqual(
    [0, 1, 2, 5, 6, 60, 2000].map(most),
    [500, 1000, 2000, 16_000, 20_000, 20_000, 20_000],
  );
  assert.equal(
    backoffMs(9, bounds, () => 0),
    0,
  );
  assert.equal(
    backoffMs(0, bounds, () => 0.5),
    250,
  );
});

test("who is asked to move goes at its time, or within the window", () => {
  const event = { after_ms: 1000, window_ms: 30_000 };
  assert.equal(
    moveMs(event, () => 0.5),
    1000,
  );
  assert.equal(
    moveMs({ window_ms: 30_000 }, () => 0.5),
    15_000,
  );
  assert.equal(
    moveMs({}, () => 0.5),
    0,
  );
});

test("close codes say whether to come back", () => {
  for (const code of [1000, 1001, 1006, 1011, 3000, 4000, 4005, 4499])
    assert.ok(comesBack(code), `${code}`);
  for (const code of [1002, 1003, 1007, 1009, 3500, 4500, 4506, 4999])
    assert.ok(!comesBack(code), `${code}`);
  assert.equal(closeName(4002), "laggard");
  assert.equal(
    closeName(4002, "laggard: 312 messages"),
    "laggard: 312 messages",
  );
});

const at = (offset, epoch = "e") => ({ epoch, offset });

test("an event is new once", () => {
  const cursor = new Cursor(at(5));
  const offsets = [4, 5, 6, 6, 9, 7, 10];
  const fresh = offsets.filter((offset) => cursor.advance(offset));
  assert.deepEqual(fresh, [6, 9, 10]);
  assert.deepEqual(cursor.position, at(10));
});

test("without a log every event is new", () => {
  const cursor = new Cursor();
  assert.equal(cursor.enter({ topic: "t", kind: "topic" }), undefined);
  assert.ok(cursor.advance(undefined) && cursor.advance(undefined));
  assert.equal(cursor.position, undefined);
});

test("what an answer to a subscribe means to the past", () => {
  const cases = [
    // since, the answer, the reset, the position after
    [undefined, { ...at(7), mode: "live" }, undefined, at(7)],
    [undefined, { ...at(7), mode: "snapshot" }, undefined, undefined],
    [at(5), { ...at(9), mode: "replay", recovered: true }, undefined, at(5)],
    [at(9), { ...at(9), mode: "live", recovered: true }, undefined, at(9)],
    [
      at(5),
      { ...at(9), mode: "live", recovered: false },
      "position_lost",
      at(9),
    ],
    [at(5), { ...at(9), mode: "snapshot", recovered: false }, "position_lost"],
    [at(5), { ...at(1, "f"), mode: "snapshot", recovered: false }, "new_epoch"],
    [
      at(5),
      { ...at(1, "f"), mode: "live", recovered: false },
      "new_epoch",
      at(1, "f"),
    ],
    [at(5), {}, "no_log", undefined],
  ];
  for (const [since, reply, reason, after] of cases) {
    const cursor = new Cursor(since);
    const name = JSON.stringify([since, reply]);
    assert.equal(cursor.enter(reply)?.reason, reason, name);
    assert.deepEqual(cursor.position, after, name);
    assert.equal(cursor.owed, reply.mode === "snapshot", name);
  }
});

test("a snapshot in the middle stands for lost events, if there were any", () => {
  const cursor = new Cursor(at(5));
  assert.equal(cursor.jump(at(5)), undefined);
  assert.deepEqual(cursor.jump(at(8)), {
    reason: "position_lost",
    from: at(5),
    to: at(8),
  });
  assert.equal(cursor.jump(at(1, "f")).reason, "new_epoch");
});

test("the bytes of a text are those of its UTF-8", () => {
  for (const text of ["", "abc", "é", "€uro", "🐦 rook"])
    assert.equal(frameBytes(text), Buffer.byteLength(text), text);
  assert.equal(frameBytes(new Uint8Array(7)), 7);
});

test("what is no message decodes to nothing", () => {
  const binary = messagePackCodec(msgpack);
  const garbage = ["", "[", "1", "null", "[]", "{}", '{"event":1}'];
  for (const text of garbage) assert.equal(jsonCodec.decode(text), undefined);
  assert.equal(jsonCodec.decode(new ArrayBuffer(2)), undefined);
  assert.equal(binary.decode(new Uint8Array([0xc1]).buffer), undefined);
  assert.equal(binary.decode('{"event":"pong"}'), undefined);
});

test("both encodings leave out what is undefined", () => {
  const message = { event: "publish", data: { a: 1, b: undefined } };
  for (const codec of [jsonCodec, messagePackCodec(msgpack)]) {
    const frame = codec.encode(message);
    const data = typeof frame === "string" ? frame : frame.slice().buffer;
    assert.deepEqual(codec.decode(data), { event: "publish", data: { a: 1 } });
  }
});

const tokenUntil = (exp) =>
  `x.${Buffer.from(JSON.stringify({ exp, "?>": "ÿ~" })).toString("base64url")}.y`;

test("a token is replaced before its end, a short one not too early", () => {
  const now = 1_000_000;
  assert.equal(refreshAfterMs(tokenUntil(1000 + 3600), now), 3_570_000);
  assert.equal(refreshAfterMs(tokenUntil(1000 + 4), now), 3000);
  assert.equal(refreshAfterMs(tokenUntil(900), now), 0);
  for (const text of ["", "a.b.c", "opaque", tokenUntil(undefined)])
    assert.equal(refreshAfterMs(text, now), undefined);
});

test("known logs stay within their bound", () => {
  const logs = new KnownLogs();
  assert.ok(logs.mayHaveLog("never seen"));
  for (let at = 0; at <= 1000; at += 1) logs.learn(`t.${at}`, false);
  assert.ok(logs.mayHaveLog("t.0"));
  assert.ok(!logs.mayHaveLog("t.1") && !logs.mayHaveLog("t.1000"));
});

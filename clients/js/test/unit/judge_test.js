// The judge of the soak test: bad histories are found, good ones are let be.

import assert from "node:assert/strict";
import { test } from "node:test";

import { judge } from "../support/judge.js";

/// The message that publisher p sent as its n-th, at this offset.
const at = (offset, n = offset, epoch = "e") => ({
  epoch,
  offset,
  from: "p",
  n,
});
const all = (...offsets) => offsets.map((offset) => at(offset));
const reset = (from, to) => ({ reset: { reason: "any", from, to } });
const BEGIN = { epoch: "e", offset: 0 };

/// The verdict on one client as {lost, repeated, reordered}, by offsets.
function verdictOn(log, receipts, { begin = BEGIN, others = [] } = {}) {
  const clients = [...others, log].map((one, number) => ({
    name: `c-${number}`,
    begin,
    log: one,
  }));
  const { lost, repeated, reordered } = judge(clients, receipts).at(-1);
  const offsets = (entries) => entries.map(({ offset }) => offset);
  return {
    lost: offsets(lost),
    repeated: offsets(repeated),
    reordered: offsets(reordered),
  };
}

const GOOD = { lost: [], repeated: [], reordered: [] };

test("who was told all in order is fine", () => {
  const receipts = all(1, 2, 3);
  assert.deepEqual(verdictOn(all(1, 2, 3), receipts), GOOD);
  const [report] = judge(
    [{ name: "c", begin: BEGIN, log: all(1, 2, 3) }],
    receipts,
  );
  assert.deepEqual(report, {
    name: "c",
    messages: 3,
    resets: 0,
    ...GOOD,
  });
});

test("what has no receipt may be told or not", () => {
  assert.deepEqual(verdictOn(all(1, 2, 3), all(1, 3)), GOOD);
  assert.deepEqual(verdictOn(all(1, 3), all(1, 3)), GOOD);
});

test("joins and leaves take offsets, too", () => {
  assert.deepEqual(verdictOn([at(2, 0), at(5, 1)], [at(2, 0), at(5, 1)]), GOOD);
});

test("a message that is missing is lost", () => {
  const { lost } = verdictOn(all(1, 3), all(1, 2, 3));
  assert.deepEqual(lost, [2]);
});

test("a gap at the end, after a receipt, is lost", () => {
  const { lost } = verdictOn(all(1, 2), all(1, 2, 3, 4));
  assert.deepEqual(lost, [3, 4]);
});

test("who was told nothing has lost all", () => {
  assert.deepEqual(verdictOn([], all(1, 2)).lost, [1, 2]);
});

test("what came before the subscription is not missed", () => {
  const begin = { epoch: "e", offset: 2 };
  assert.deepEqual(verdictOn(all(3), all(1, 2, 3), { begin }), GOOD);
});

test("an offset that comes twice is repeated", () => {
  const { repeated, reordered } = verdictOn(all(1, 2, 2, 3), all(1, 2, 3));
  assert.deepEqual([repeated, reordered], [[2], []]);
});

test("a message that is stored twice is repeated", () => {
  const log = [at(1, 1), at(2, 2), at(3, 2)];
  assert.deepEqual(verdictOn(log, [at(1, 1), at(2, 2)]).repeated, [3]);
});

test("swapped offsets are reordered", () => {
  const { lost, reordered } = verdictOn(all(1, 3, 2, 4), all(1, 2, 3, 4));
  assert.deepEqual([lost, reordered], [[], [2]]);
});

test("a publisher's messages that the log swapped are reordered", () => {
  const log = [at(1, 2), at(2, 1)];
  assert.deepEqual(verdictOn(log, log).reordered, [2]);
});

test("an epoch that comes back is reordered", () => {
  const f = { epoch: "f", offset: 0 };
  const log = [
    at(1),
    reset(at(1), f),
    at(1, 2, "f"),
    reset(f, BEGIN),
    at(2, 3),
  ];
  assert.deepEqual(verdictOn(log, []).reordered, [2]);
});

test("who finds something else at a receipt's place is told wrong", () => {
  const { reordered } = verdictOn([at(1, 1), at(2, 9)], all(1, 2));
  assert.deepEqual(reordered, [2]);
});

test("clients that find different things in one place are found", () => {
  const others = [[at(1, 1)]];
  assert.deepEqual(verdictOn([at(1, 2)], [], { others }).reordered, [1]);
});

test("a reset covers what the log no longer had", () => {
  const log = [...all(1, 2), reset(at(2), at(9)), ...all(10)];
  assert.deepEqual(verdictOn(log, all(1, 2, 3, 9, 10)), GOOD);
});

test("a reset covers nothing before it, and nothing after", () => {
  const log = [...all(1, 3), reset(at(3), at(9)), ...all(11)];
  assert.deepEqual(verdictOn(log, all(1, 2, 3, 5, 10, 11)).lost, [2, 10]);
});

test("a node that forgot is a reset to a new epoch, and may store again", () => {
  const f = { epoch: "f", offset: 0 };
  // 3 had its receipt just before the kill; 4 had none, and was sent again.
  const log = [...all(1, 2), reset(at(2), f), at(1, 4, "f"), at(2, 5, "f")];
  const receipts = [...all(1, 2, 3), at(1, 4, "f"), at(2, 5, "f")];
  assert.deepEqual(verdictOn(log, receipts), GOOD);
  const again = [...all(1, 2, 4), reset(at(4), f), at(1, 4, "f")];
  assert.deepEqual(verdictOn(again, [...all(1, 2), at(1, 4, "f")]), GOOD);
});

test("an epoch that passed while the client was away is covered", () => {
  const g = { epoch: "g", offset: 0 };
  const log = [at(1), reset(at(1), g), at(1, 3, "g")];
  assert.deepEqual(verdictOn(log, [at(1), at(1, 2, "f"), at(1, 3, "g")]), GOOD);
});

test("the last epoch must be reached", () => {
  const { lost } = verdictOn(all(1), [at(1), at(7, 2, "f")]);
  assert.deepEqual(lost, [7]);
});

test("without a reset a new epoch is no excuse", () => {
  const log = [...all(1), at(1, 3, "f")];
  const { lost, reordered } = verdictOn(log, [...all(1, 2), at(1, 3, "f")]);
  assert.deepEqual([lost, reordered], [[2], [1]]);
});

// The rules of the demo's game, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { gameOf, NEW_GAME, patchFor, resultOf } from "../../web/game.js";

/// "0.1 ... ...": who has which cell.
function gameWith(board, more = {}) {
  const letters = [...board.replaceAll(" ", "")];
  const taken = letters.map((one, at) => [at, Number(one)]);
  const cells = taken.filter((_, at) => letters[at] !== ".");
  return { ...NEW_GAME, cells: Object.fromEntries(cells), ...more };
}

test("a game begins empty, whatever the lobby's state was", () => {
  for (const state of [null, undefined, {}, { other: 1 }])
    assert.equal(resultOf(gameOf(state)), undefined);
  assert.deepEqual(gameOf(null), NEW_GAME);
});

test("who has the turn takes a free cell", () => {
  const patch = patchFor(NEW_GAME, 0, { round: 1, cell: 4 });
  assert.deepEqual(patch, { cells: { 4: 0 }, turn: 1 });
});

test("nobody else does, or out of turn, or twice, or from another round", () => {
  const game = gameWith("0.. ... ...", { turn: 1 });
  for (const [seat, order] of [
    [0, { round: 1, cell: 1 }],
    [1, { round: 1, cell: 0 }],
    [1, { round: 1, cell: 9 }],
    [1, { round: 1, cell: -1 }],
    [1, { round: 1, cell: 1.5 }],
    [1, { round: 1, cell: "1" }],
    [1, { round: 2, cell: 1 }],
    [2, { round: 1, cell: 1 }],
    [undefined, { round: 1, cell: 1 }],
    [1, null],
    [1, {}],
    [1, { round: 1, next: true }],
  ])
    assert.equal(patchFor(game, seat, order), undefined, JSON.stringify(order));
});

test("three in a line win, which is counted", () => {
  const game = gameWith("00. 11. ...", { wins: [2, 3] });
  const patch = patchFor(game, 0, { round: 1, cell: 2 });
  assert.deepEqual(patch.wins, [3, 3]);
  const won = gameWith("000 11. ...");
  assert.deepEqual(resultOf(won), { seat: 0, line: [0, 1, 2] });
  assert.equal(patchFor(won, 0, { round: 1, cell: 8 }), undefined);
  assert.deepEqual(resultOf(gameWith("1.0 .10 ..1"))?.line, [0, 4, 8]);
  assert.deepEqual(resultOf(gameWith("1.0 1.. 1.0"))?.line, [0, 3, 6]);
});

test("a full board without a line is a draw", () => {
  assert.deepEqual(resultOf(gameWith("010 011 101")), { seat: null });
});

test("another round is empty, and begun by who was second", () => {
  const game = gameWith("000 11. ...", { round: 1, turn: 1 });
  const patch = patchFor(game, 1, { round: 1, next: true });
  const cells = { 0: null, 1: null, 2: null, 3: null, 4: null };
  assert.deepEqual(patch, { round: 2, turn: 1, cells });
  const third = patchFor({ ...game, round: 2 }, 0, { round: 2, next: true });
  assert.equal(third.turn, 0);
});

// Tic-tac-toe by two seats, as a document of a lobby and changes of it. Pure:
// whoever is host judges by it, and everybody draws by it.

/// The marks of seats 0 and 1, in words, and their hues.
export const MARKS = ["cross", "nought"];
export const HUES = [168, 22];

const LINES = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
  [0, 4, 8],
  [2, 4, 6],
];

/// Of a new lobby. `cells`: who has each that is taken.
export const NEW_GAME = { round: 1, turn: 0, cells: {}, wins: [0, 0] };

/// Whatever a document holds, as a game.
export function gameOf(state) {
  return { ...NEW_GAME, ...state };
}

/// {seat, line} of the winner, {seat: null} of a draw, or undefined.
export function resultOf({ cells }) {
  for (const line of LINES) {
    const [seat, ...others] = line.map((cell) => cells[cell]);
    if (seat !== undefined && others.every((one) => one === seat))
      return { seat, line };
  }
  return Object.keys(cells).length === 9 ? { seat: null } : undefined;
}

/// The patch that an order of a seat comes to, or undefined where it may not.
/// Orders: {round, cell} takes a cell; {round, next: true} begins another round.
export function patchFor(game, seat, order) {
  if (order?.round !== game.round || !(seat in MARKS)) return undefined;
  return order.next ? nextRound(game) : take(game, seat, order.cell);
}

function take(game, seat, cell) {
  const legal =
    Number.isInteger(cell) &&
    cell >= 0 &&
    cell < 9 &&
    game.cells[cell] === undefined &&
    game.turn === seat &&
    !resultOf(game);
  if (!legal) return undefined;
  const patch = { cells: { [cell]: seat }, turn: 1 - seat };
  const after = resultOf({ cells: { ...game.cells, [cell]: seat } });
  if (after?.line)
    patch.wins = game.wins.map((wins, at) => wins + Number(at === seat));
  return patch;
}

/// Who was second begins.
function nextRound(game) {
  if (!resultOf(game)) return undefined;
  const cells = Object.fromEntries(
    Object.keys(game.cells).map((cell) => [cell, null]),
  );
  return { round: game.round + 1, turn: game.round % 2, cells };
}

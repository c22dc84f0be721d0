// The board: nine buttons, which arrow keys go between.

import { byId, element, icon, tint } from "./dom.js";
import { HUES, MARKS } from "./game.js";

const ROWS = ["top", "middle", "bottom"];
const COLUMNS = ["left", "centre", "right"];
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -3, ArrowDown: 3 };

export class BoardView {
  #board = byId("board");
  #cells;

  constructor(onCell) {
    this.#cells = Array.from({ length: 9 }, (_, at) => {
      const node = element("button", { type: "button", class: "cell" });
      node.dataset.cell = at;
      node.tabIndex = at === 4 ? 0 : -1;
      node.addEventListener("click", () => {
        if (node.getAttribute("aria-disabled") !== "true") onCell(at);
      });
      node.addEventListener("focus", () => this.#reach(at));
      return node;
    });
    this.#board.replaceChildren(...this.#cells);
    this.#board.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /// `users`: by seat. `mine`: the seat that may take a cell now, if it is ours.
  /// `waiting`: the cell that we want.
  show({ game, result, users, mine, waiting, idle }) {
    this.#board.classList.toggle("idle", idle);
    for (const [at, node] of this.#cells.entries()) {
      const wanted = waiting === at ? mine : undefined;
      const seat = game.cells[at] ?? wanted;
      const free = seat === undefined && mine !== undefined;
      draw(node, free ? mine : seat);
      node.classList.toggle("taken", game.cells[at] !== undefined);
      node.classList.toggle("waiting", wanted !== undefined);
      node.classList.toggle("line", result?.line?.includes(at) ?? false);
      node.classList.toggle("open", free);
      node.setAttribute("aria-disabled", !free);
      node.setAttribute("aria-label", label(at, seat, users));
    }
  }

  #onKey(event) {
    const step = STEPS[event.key];
    const at = this.#cells.indexOf(event.target);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const beside = Math.abs(step) === 1;
    const row = Math.floor(at / 3);
    const to = beside ? row * 3 + ((at + step + 3) % 3) : (at + step + 9) % 9;
    this.#cells[to].focus();
  }

  /// Tab goes to the cell that was used last.
  #reach(at) {
    for (const [one, node] of this.#cells.entries())
      node.tabIndex = one === at ? 0 : -1;
  }
}

/// The mark of a seat. One that is there is left alone: it came with a motion.
function draw(node, seat) {
  if (node.dataset.mark === String(seat)) return;
  node.dataset.mark = String(seat);
  node.replaceChildren(...(seat === undefined ? [] : [icon(`mark-${seat}`)]));
  if (seat !== undefined) tint(node, HUES[seat]);
  else node.classList.remove("person-hue");
}

function label(at, seat, users) {
  const place = `${ROWS[Math.floor(at / 3)]} ${COLUMNS[at % 3]}`;
  if (seat === undefined) return `${place}, free`;
  return `${place}, ${MARKS[seat]} of ${users[seat] ?? "who left"}`;
}

// What the players of one lobby say to each other about the game: everybody
// sends orders to the host, whose page judges them and sets the state. Another
// host goes on from the state that the log has.

import { gameOf, patchFor } from "./game.js";

/// An order that nothing came of so far is said again: the host may have been
/// between two nodes, or there is another one.
const AGAIN_MS = 1_000;

export class Players {
  #lobby;
  #onWaiting;
  #order = null; // ours, that waits
  #timer = 0;
  #judged = Promise.resolve(); // when all before is judged
  #offs;

  /// Calls onWaiting with our order while it waits, and with null after.
  constructor(lobby, onWaiting) {
    this.#lobby = lobby;
    this.#onWaiting = onWaiting;
    this.#offs = [
      lobby.on("direct", ({ user, data }) => this.#judge(user, data)),
      lobby.on("changed", () => this.#look()),
      lobby.on("host", () => this.#push()),
      lobby.on("seated", () => this.#push()),
    ];
  }

  /// Wants the cell, or with {next: true} another round.
  want(what) {
    const { round } = gameOf(this.#lobby.state?.state);
    this.#order = { round, ...what };
    this.#onWaiting(this.#order);
    this.#push();
  }

  end() {
    this.#forget();
    for (const off of this.#offs) off();
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#order = null;
    this.#onWaiting(null);
  }

  /// Our order is done once it may not be given any more.
  #look() {
    if (!this.#order || !this.#lobby.state) return;
    if (!this.#patch(this.#lobby.seat, this.#order)) this.#forget();
  }

  #push() {
    clearTimeout(this.#timer);
    this.#look();
    if (!this.#order) return;
    this.#timer = setTimeout(() => this.#push(), AGAIN_MS);
    if (this.#lobby.isHost) this.#obey(this.#lobby.seat, this.#order);
    else this.#lobby.send(this.#order).catch(() => {}); // said again
  }

  // -- as host -----------------------------------------------------------------

  #judge(user, order) {
    if (!this.#lobby.isHost) return;
    const seats = this.#lobby.state?.seats ?? [];
    const seat = seats.find((one) => one.user === user)?.seat;
    if (seat !== undefined) this.#obey(seat, order);
  }

  /// One after the other, each by the state after the one before.
  #obey(seat, order) {
    this.#judged = this.#judged.then(async () => {
      const patch = this.#patch(seat, order);
      const ifOffset = this.#lobby.position?.offset;
      if (!patch || !this.#lobby.isHost) return;
      try {
        await this.#lobby.set(patch, { ifOffset });
      } catch {
        // Somebody else set it meanwhile; who wants it still says so again.
      }
    });
  }

  #patch(seat, order) {
    const view = this.#lobby.state;
    if (!view?.started) return undefined;
    return patchFor(gameOf(view.state), seat, order);
  }
}

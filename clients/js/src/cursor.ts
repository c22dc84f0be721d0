// Where a subscriber stands in a topic's log. Pure: no sockets, no handlers.

import type { Position, SubscribeReply } from "./wire.js";

/**
 * Why what the application knew is void:
 * - `new_epoch`: the log began anew, e.g. since the node was restarted.
 * - `position_lost`: the log no longer holds all that came after `from`.
 * - `no_log`: the topic has a log no more.
 */
export type ResetReason = "new_epoch" | "position_lost" | "no_log";

export interface Reset {
  reason: ResetReason;
  /** The last event that was passed on. */
  from: Position;
  /** Events continue after this; undefined without a log. */
  to: Position | undefined;
}

export class Cursor {
  #position: Position | undefined;
  #owed = false;

  constructor(since?: Position) {
    this.#position = since;
  }

  /** Of the newest event that was passed on. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** The server said that a snapshot comes, and none came yet. A connection
   * that is lost in between must ask for it again. */
  get owed(): boolean {
    return this.#owed;
  }

  /** Takes in the answer to a subscribe; says what it means to the past. */
  enter({
    epoch,
    offset = 0,
    mode,
    recovered,
  }: SubscribeReply): Reset | undefined {
    const from = this.#position;
    this.#owed = mode === "snapshot";
    if (epoch === undefined) {
      this.#position = undefined;
      return from && { reason: "no_log", from, to: undefined };
    }
    const same = from?.epoch === epoch;
    if (mode === "replay" && same && recovered !== false) return undefined;
    const to = { epoch, offset };
    this.#position = this.#owed ? undefined : to;
    if (!from || (same && recovered !== false)) return undefined;
    return { reason: same ? "position_lost" : "new_epoch", from, to };
  }

  /**
   * Takes in a snapshot. In the middle of a subscription it stands for events
   * that the server no longer had.
   */
  jump({ epoch, offset }: Position): Reset | undefined {
    const from = this.#position;
    const to = { epoch, offset };
    this.#position = to;
    this.#owed = false;
    if (!from) return undefined;
    if (from.epoch !== epoch) return { reason: "new_epoch", from, to };
    if (from.offset === offset) return undefined;
    return { reason: "position_lost", from, to };
  }

  /** False for what was passed on already. Topics without a log have no
   * offsets, and nothing to compare. */
  advance(offset: number | undefined): boolean {
    if (offset === undefined || !this.#position) return true;
    if (offset <= this.#position.offset) return false;
    this.#position = { epoch: this.#position.epoch, offset };
    return true;
  }
}

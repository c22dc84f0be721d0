// When to come back after a connection ended. Pure: no clock, no sockets.

import type { ReconnectEvent } from "./wire.js";

export interface BackoffOptions {
  /** Bound of the first wait, in milliseconds. */
  baseMs: number;
  /** Bound of every later wait, in milliseconds. */
  capMs: number;
}

export const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 500, capMs: 20_000 };

/** Gives a number in [0, 1). */
export type Random = () => number;

/**
 * Full jitter: any moment up to the exponential bound, so that clients that
 * were dropped together do not return together. Attempts count from 0.
 */
export function backoffMs(
  attempt: number,
  { baseMs, capMs }: BackoffOptions,
  random: Random,
): number {
  return random() * Math.min(capMs, baseMs * 2 ** attempt);
}

/**
 * What a `reconnect` event asks for: our own moment, or any of the window when
 * the server names none.
 */
export function moveMs(
  { after_ms, window_ms = 0 }: Partial<ReconnectEvent>,
  random: Random,
): number {
  return after_ms ?? random() * window_ms;
}

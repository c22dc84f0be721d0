// Tokens: asked for anew at each connect, and again before they expire.

import type { Clock } from "./environment.js";
import { FinalError, RookeryError } from "./errors.js";

/** Gives a JWT, or undefined to connect without one. */
export type TokenFunction = () =>
  string | undefined | Promise<string | undefined>;

/** So long before its end a token is replaced ... */
const MARGIN_MS = 30_000;

/** ... but a short-lived one not before this last part of its time. */
const LAST_PART = 0.25;

/** The token, or an error: `no_token` when there will not be one, `timeout` or
 * whatever the function threw when it is worth another try. */
export function fetchToken(
  token: TokenFunction,
  clock: Clock,
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const late = () =>
      reject(new RookeryError("timeout", "the token function gave nothing"));
    const timer = clock.setTimeout(late, timeoutMs);
    Promise.resolve()
      .then(token)
      .then(resolve, (error: unknown) =>
        reject(
          error instanceof FinalError
            ? new RookeryError("no_token", error.message)
            : error,
        ),
      )
      .finally(() => clock.clearTimeout(timer));
  });
}

/** Milliseconds from now until a token is to be replaced; undefined for one
 * that does not say when it expires. Its signature is the server's concern. */
export function refreshAfterMs(token: string, now: number): number | undefined {
  const expiresAt = expirySeconds(token);
  if (expiresAt === undefined) return undefined;
  const left = expiresAt * 1000 - now;
  return Math.max(0, left - Math.min(MARGIN_MS, left * LAST_PART));
}

function expirySeconds(token: string): number | undefined {
  try {
    const claims = (token.split(".")[1] ?? "")
      .replaceAll("-", "+")
      .replaceAll("_", "/");
    const { atob } = globalThis as unknown as { atob(text: string): string };
    const { exp } = JSON.parse(atob(claims)) as { exp?: unknown };
    return typeof exp === "number" ? exp : undefined;
  } catch {
    return undefined; // not a JWT; the server says what it thinks of it
  }
}

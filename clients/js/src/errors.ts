/** The protocol's errors by number. */
export const PROTOCOL_ERRORS = {
  100: "internal",
  101: "unauthorized",
  102: "unknown_topic",
  103: "permission_denied",
  104: "unknown_event",
  105: "already_subscribed",
  106: "limit_exceeded",
  107: "bad_request",
  108: "not_available",
  109: "token_expired",
  111: "too_many_requests",
  112: "position_lost",
  113: "conflict",
  114: "not_subscribed",
  120: "lobby_full",
  121: "not_seated",
  122: "not_host",
  123: "lobby_started",
} as const;

export type ProtocolErrorName =
  (typeof PROTOCOL_ERRORS)[keyof typeof PROTOCOL_ERRORS];

/**
 * What this side finds out by itself:
 * - `timeout`: no answer within the deadline. What was sent may have happened.
 * - `disconnected`: the connection was lost before the answer. What was sent
 *   may have happened.
 * - `queue_full`: nothing was sent, as too much waits already.
 * - `message_too_long`: nothing was sent, as the node takes no such message.
 * - `stopped`: the client does not come back; see the `stopped` event.
 * - `closed`: the application closed the client or left the topic.
 * - `no_token`: the token function gave up with a `FinalError`.
 * - `aborted`: the application's signal ended it.
 */
export type LocalErrorName =
  | "timeout"
  | "disconnected"
  | "queue_full"
  | "message_too_long"
  | "stopped"
  | "closed"
  | "no_token"
  | "aborted";

/** Answers of a node that may say something else a moment later. */
export const PASSING: ReadonlySet<string> = new Set([
  "internal",
  "not_available",
  "too_many_requests",
]);

export type ErrorName = ProtocolErrorName | LocalErrorName;

interface RookeryErrorDetails {
  number?: number;
  closeCode?: number;
  closeReason?: string;
}

/** Every rejection and every error event of this package is one of these. */
export class RookeryError extends Error {
  override readonly name = "RookeryError";
  /** What to switch on. A name that a later server adds comes as it is. */
  readonly code: ErrorName;
  /** The protocol's number; 0 when the server did not say this. */
  readonly number: number;
  /** The close code that stopped the client, where one did. */
  readonly closeCode: number | undefined;
  /** What the server said with it, or the code's name. */
  readonly closeReason: string | undefined;

  constructor(
    code: ErrorName,
    message: string,
    { number = 0, closeCode, closeReason }: RookeryErrorDetails = {},
  ) {
    super(message);
    this.code = code;
    this.number = number;
    this.closeCode = closeCode;
    this.closeReason = closeReason;
  }
}

/**
 * Thrown by a token function that may be called again, but not before
 * `afterMs`: what an answer 429 or 503 says in `Retry-After`.
 */
export class RetryAfterError extends Error {
  override readonly name = "RetryAfterError";

  constructor(
    message: string,
    readonly afterMs: number,
  ) {
    super(message);
  }
}

/**
 * Thrown by a token function that will not succeed later either, e.g. since
 * the user has signed out. Any other error is tried again.
 */
export class FinalError extends Error {
  override readonly name = "FinalError";
}

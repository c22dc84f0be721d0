// When to come back after a connection ended. Pure: no clock, no sockets.

export const BASE_MS = 500;
export const CAP_MS = 20_000;

const CLOSE_NAMES = new Map([
  [1000, "normal"],
  [1001, "going_away"],
  [1002, "protocol_error"],
  [1003, "unsupported_data"],
  [1006, "connection_lost"],
  [1007, "invalid_text"],
  [1009, "message_too_big"],
  [4000, "drain"],
  [4001, "overloaded"],
  [4002, "laggard"],
  [4003, "no_pong"],
  [4004, "server_error"],
  [4005, "token_expired"],
  [4500, "unauthorized"],
  [4501, "auth_timeout"],
  [4502, "malformed"],
  [4503, "forbidden"],
  [4504, "connection_limit"],
  [4505, "disconnected_by_api"],
  [4506, "flood"],
]);

/// RFC 6455's codes that say that we are wrong, and would be again.
const OUR_FAULT = new Set([1002, 1003, 1007, 1008, 1009, 1010]);

/// Full jitter: any moment up to the exponential bound, so that clients that
/// were dropped together do not return together.
export function backoffMs(attempt, random = Math.random) {
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
}

/// What a `reconnect` event asks for: not before `after_ms`, and then at any
/// moment of the window.
export function moveMs({ after_ms = 0, window_ms = 0 }, random = Math.random) {
  return after_ms + random() * window_ms;
}

/// Whether a client may return after this close code: x000..x499 of the
/// protocol's ranges, and whatever of RFC 6455 is not our own mistake.
export function comesBack(code) {
  return code >= 3000 ? code % 1000 < 500 : !OUR_FAULT.has(code);
}

export function closeName(code, reason = "") {
  return reason || CLOSE_NAMES.get(code) || "closed";
}

const NAMES = new Map<number, string>([
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

export const CONNECTION_LOST = 1006;
export const DRAIN = 4000;
export const UNAUTHORIZED = 4500;

/** RFC 6455's codes that say that we are wrong, and would be again. */
const OUR_FAULT = new Set([1002, 1003, 1007, 1008, 1009, 1010]);

/**
 * Whether a client may return after this close code: x000..x499 of the
 * protocol's ranges, and whatever of RFC 6455 is not our own mistake.
 */
export function comesBack(code: number): boolean {
  return code >= 3000 ? code % 1000 < 500 : !OUR_FAULT.has(code);
}

export function closeName(code: number, reason = ""): string {
  return reason || NAMES.get(code) || "closed";
}

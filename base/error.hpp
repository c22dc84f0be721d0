#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rookery {

/// Why a request of a client was refused. The numbers are part of the wire
/// contract (docs/protocol.md, Errors): append, never renumber.
enum class errc : uint16_t {
  /// Our fault. Trying again may help.
  internal = 100,
  /// The token is missing or was refused.
  unauthorized = 101,
  /// No `topics` pattern of the configuration matches this name.
  unknown_topic = 102,
  /// The user has no right to do this; the message says to what.
  permission_denied = 103,
  /// No event of this name exists.
  unknown_event = 104,
  /// This connection already has this subscription.
  already_subscribed = 105,
  /// A configured limit of this connection or topic was reached.
  limit_exceeded = 106,
  /// A field is missing, ill-typed or out of range; the message names it.
  bad_request = 107,
  /// The node cannot do this now. Try again later.
  not_available = 108,
  /// The token was good once. Get a fresh one.
  token_expired = 109,
  /// A rate limit was reached. Wait, then try again.
  too_many_requests = 111,
  /// The log no longer holds the requested position. Ask for a snapshot.
  position_lost = 112,
  /// The condition of the request does not hold any more.
  conflict = 113,
  /// This connection has no such subscription.
  not_subscribed = 114,
  lobby_full = 120,
  not_seated = 121,
  not_host = 122,
  lobby_started = 123,
};

/// The name that goes over the wire beside the number: "permission_denied".
std::string_view name(errc code) noexcept;

/// A refusal with its explanation for the person who reads it.
struct failure {
  errc code = errc::internal;
  std::string message;
};

template <class T>
using result = tl::expected<T, failure>;

/// A `result<T>` that holds a refusal.
[[nodiscard]] inline tl::unexpected<failure>
refuse(errc code, std::string message) {
  return tl::make_unexpected(failure{code, std::move(message)});
}

/// Why a WebSocket connection ends (docs/protocol.md, Close codes). Each ending
/// has exactly one: the close code for the client, the label of the metric and
/// the word in the log.
enum class close_code : uint16_t {
  /// RFC 6455, section 7.4.1.
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  /// Never sent: the peer closed without a code, or vanished.
  no_status = 1005,
  abnormal = 1006,
  invalid_utf8 = 1007,
  message_too_big = 1009,
  /// Ours, x000..x499: come back after a jittered wait.
  drain = 4000,
  overloaded = 4001,
  laggard = 4002,
  no_pong = 4003,
  server_error = 4004,
  token_expired = 4005,
  /// Ours, x500..x999: do not come back until something changed.
  unauthorized = 4500,
  auth_timeout = 4501,
  malformed = 4502,
  forbidden = 4503,
  connection_limit = 4504,
  disconnected_by_api = 4505,
  flood = 4506,
  /// Stands for all that are not in this table: the choice of a client, or of
  /// who used the API. Never sent.
  other = 0,
};

/// The reason that travels with the code: "laggard".
std::string_view name(close_code code) noexcept;

/// The rule by which clients need no table of codes.
constexpr bool may_reconnect(close_code code) noexcept {
  return static_cast<uint16_t>(code) % 1000 < 500;
}
static_assert(may_reconnect(close_code::laggard));
static_assert(!may_reconnect(close_code::malformed));

} // namespace rookery

#pragma once

#include "net/ws/violation.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace rookery::ws {

/// What client and server agreed to for permessage-deflate (RFC 7692, section
/// 7.1). Neither side ever keeps its window from one message to the next: the
/// server says so for both, which section 7.1.1 allows it for any offer.
struct deflate_agreement {
  /// The largest window that the client can read, 9..15.
  int server_window_bits = 15;
  /// The value of the header Sec-WebSocket-Extensions in the answer.
  std::string answer;
};

/// Chooses the first offer that we can serve out of the header
/// Sec-WebSocket-Extensions (its lines joined by commas). Nothing: go on
/// without. A header that is malformed breaks the protocol (RFC 6455, 9.1).
tl::expected<std::optional<deflate_agreement>, violation>
negotiate_deflate(std::string_view extensions);

} // namespace rookery::ws

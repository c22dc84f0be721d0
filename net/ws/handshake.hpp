#pragma once

#include "net/ws/deflate_offer.hpp"

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rookery::ws {

/// The server's part of the opening handshake (RFC 6455, section 4.2).
struct handshake_options {
  /// The subprotocols that we speak. A client that offers some must offer one
  /// of these, one that offers none is welcome. Empty: we speak none, whatever
  /// a client offers.
  std::vector<std::string_view> protocols;
  /// Whether to accept permessage-deflate.
  bool deflate = false;
};

struct upgrade {
  /// The complete 101 answer, ready for the socket.
  std::string response;
  /// The chosen one of `handshake_options::protocols`, or empty.
  std::string_view protocol;
  std::optional<deflate_agreement> deflate;
};

/// The HTTP answer to a request that cannot be upgraded. The connection ends
/// with it; its writer adds "close" to the `Connection` that may stand here.
struct upgrade_refusal {
  boost::beast::http::status status = boost::beast::http::status::bad_request;
  std::string_view text;
  std::vector<std::pair<boost::beast::http::field, std::string_view>> headers;
};

/// Decides about a request whose header is complete.
tl::expected<upgrade, upgrade_refusal> accept_upgrade(
    const boost::beast::http::request_header<>& request,
    const handshake_options& options);

} // namespace rookery::ws

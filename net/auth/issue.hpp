#pragma once

#include "base/config/config.hpp"
#include "base/error.hpp"
#include "net/auth/identity.hpp"
#include "net/auth/token.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Tokens for trying things out: `rookery gen-token`, `rookery check-token` and
// the demo page. Real ones come from the application that knows its users.

namespace rookery {

struct token_request {
  std::string user;
  /// None: the token never expires.
  std::optional<std::chrono::seconds> ttl = std::chrono::hours{1};
  /// None: the token has no `topics`. See net/auth/rights.hpp, parse_grant.
  std::optional<std::vector<topic_grant>> topics;
  /// One JSON value, or empty.
  std::string info;
};

/// A token that a node with these settings accepts from `now` on, signed with
/// `hmac_secret`, or else the first key of the JWKS file that can sign. Refuses
/// what `verify` would refuse; `not_available` if no key can sign.
[[nodiscard]] result<std::string> issue_token(
    const token_config& settings, const token_request& request,
    std::chrono::system_clock::time_point now);

struct token_report {
  bool accepted = false;
  std::string text; // lines for a person; holds the claims, but no signature
};

/// What a token says and whether this verifier would take it, and why not.
token_report describe_token(
    const token_verifier& verifier, std::string_view token,
    std::chrono::system_clock::time_point now);

} // namespace rookery

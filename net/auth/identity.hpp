#pragma once

#include "base/rights.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

/// Rights on all topics that one pattern matches; from a token.
struct topic_grant {
  std::string pattern; // "chat.*"
  right_set rights;

  friend bool operator==(const topic_grant&, const topic_grant&) = default;
};

/// Who a connection speaks for, as a token said it.
struct identity {
  /// The token's `sub`: 1..128 bytes of UTF-8 without control characters.
  std::string user;
  bool anonymous = false;
  /// The token's `exp`. None: never, or beyond what the clock can say (2262).
  std::optional<std::chrono::system_clock::time_point> expires_at;
  /// What other members are shown about the user: one JSON value, or empty.
  std::string info;
  /// The token's `topics`. None: the configuration alone says what is allowed.
  std::optional<std::vector<topic_grant>> grants;

  friend bool operator==(const identity&, const identity&) = default;
};

inline constexpr std::size_t user_bytes_max = 128;

} // namespace rookery

#pragma once

#include "base/error.hpp"

#include <string_view>

namespace rookery::ws {

/// Why a client's bytes end its connection (RFC 6455, section 7.1.7).
struct violation {
  close_code code = close_code::protocol_error;
  /// For logs. A literal, so that it outlives everything; empty: no violation.
  std::string_view text;

  explicit operator bool() const noexcept { return !text.empty(); }
};

constexpr violation protocol_error(std::string_view text) noexcept {
  return {close_code::protocol_error, text};
}

} // namespace rookery::ws

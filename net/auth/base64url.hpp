#pragma once

#include <algorithm>
#include <string_view>

namespace rookery {

/// The alphabet of RFC 4648, section 5. Tokens and keys use it without padding
/// (RFC 7515, section 2).
constexpr bool is_base64url(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
         || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

constexpr bool is_base64url(std::string_view text) noexcept {
  return std::all_of(
      text.begin(), text.end(), [](char c) { return is_base64url(c); });
}

} // namespace rookery

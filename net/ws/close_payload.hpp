#pragma once

#include "base/error.hpp"
#include "net/ws/violation.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string_view>

namespace rookery::ws {

/// What a client's close frame says. `code` may be one of the client's own
/// (3000..4999); without a payload it is `close_code::no_status`.
struct close_payload {
  close_code code = close_code::no_status;
  std::string_view reason;
};

/// Whether the code may stand in a close frame: those that RFC 6455, section
/// 7.4 and the IANA registry define for it, and 3000..4999.
constexpr bool is_legal_close_code(uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014)
         || (code >= 3000 && code <= 4999);
}

/// Reads the payload of a close frame; the reason is a view into it.
tl::expected<close_payload, violation>
parse_close_payload(std::string_view payload) noexcept;

} // namespace rookery::ws

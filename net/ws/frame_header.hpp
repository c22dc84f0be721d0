#pragma once

#include "base/error.hpp"
#include "base/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// Frames as a server sends them: unmasked, never fragmented (RFC 6455,
// section 5.2). What clients send is in client_header.hpp.

namespace rookery::ws {

enum class opcode : uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

constexpr bool is_control(opcode op) noexcept {
  return (static_cast<uint8_t>(op) & 0x8) != 0;
}

/// Bounds of RFC 6455, sections 5.5 and 5.5.1.
inline constexpr std::size_t control_bytes_max = 125;
inline constexpr std::size_t close_reason_bytes_max = control_bytes_max - 2;

/// The header in front of one server frame: 2, 4 or 10 bytes.
class server_header {
public:
  /// `rsv1` marks a message compressed by permessage-deflate.
  server_header(opcode op, uint64_t payload_bytes, bool rsv1) noexcept;

  std::string_view bytes() const noexcept { return {bytes_.data(), size_}; }

private:
  std::array<char, 10> bytes_{};
  uint8_t size_ = 0;
};

/// A whole message or control frame, ready for any number of sockets.
frame make_frame(opcode op, std::string_view payload, bool rsv1 = false);

/// A close frame. A reason that is too long is cut between two characters;
/// `close_code::no_status` gives the empty payload that answers an empty one.
frame make_close_frame(close_code code, std::string_view reason);

} // namespace rookery::ws

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rookery::load {

/// RFC 6455, section 5.2, as far as a client needs it. Written apart from the
/// server's codec on purpose, so that a mistake there does not cancel out here.
enum class opcode : uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

struct frame {
  opcode kind = opcode::text;
  bool last = true;
  std::string_view payload;
};

enum class parsed { frame, incomplete, malformed };

/// Longer frames than any server sends here are a mistake of somebody.
inline constexpr uint64_t frame_bytes_max = 16 * 1024 * 1024;

/// Takes one frame of a server off the front of `bytes`. The payload points
/// into them.
[[nodiscard]] parsed take_frame(std::string_view& bytes, frame& into);

/// Appends one whole, masked frame to `out`.
void append_frame(std::string& out, opcode kind, std::string_view payload);

} // namespace rookery::load

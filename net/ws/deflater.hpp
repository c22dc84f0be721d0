#pragma once

#include "base/frame.hpp"
#include "net/ws/frame_header.hpp"
#include "net/ws/message_buffer.hpp"

#include <zlib.h>

#include <array>
#include <memory>
#include <string_view>

namespace rookery::ws {

/// LZ77 windows that zlib can use for RFC 7692; its 8 is a 9.
inline constexpr int window_bits_min = 9;
inline constexpr int window_bits_max = 15;

/// Compresses messages by themselves (RFC 7692, section 7.2.1, without context
/// takeover), so that all recipients who agreed to as large a window, or a
/// larger one, can share the result.
/// Thread: one.
class deflater {
public:
  /// `level`: zlib's 1 (fast) to 9 (small).
  deflater(int level, int window_bits);
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;
  ~deflater();

  /// The payload of a frame with RSV1. Valid until the next call.
  std::string_view compress(std::string_view message);

private:
  z_stream stream_{};
  message_buffer compressed_;
};

/// The deflaters of one I/O thread, each made when it is first needed.
/// Thread: one.
class deflater_set {
public:
  explicit deflater_set(int level) noexcept
      : level_(level) {}

  deflater& with(int window_bits);

private:
  int level_;
  std::array<std::unique_ptr<deflater>, window_bits_max - window_bits_min + 1>
      by_window_;
};

/// A compressed frame, or a plain one when compression does not pay.
frame make_compressed_frame(
    opcode op, std::string_view message, deflater& compressor);

} // namespace rookery::ws

#pragma once

#include "net/ws/message_buffer.hpp"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace rookery::ws {

enum class inflate_result : uint8_t {
  ok,
  /// The message would pass its bound; it is full to the bound.
  too_big,
  /// This is not DEFLATE data, or it is cut short.
  invalid,
};

/// Decompresses one message of a client at a time (RFC 7692, section 7.2.2),
/// as its bytes arrive. About 40 KB besides the message itself.
/// Thread: one.
class inflater {
public:
  inflater();
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;
  ~inflater();

  /// Decompresses the next piece, wherever it is cut. Whatever the result is,
  /// `message` has all that could be decompressed, at most `bytes_max`.
  [[nodiscard]] inflate_result
  feed(std::string_view compressed, std::size_t bytes_max);

  /// Ends the message: puts back the four octets that its sender cut off.
  [[nodiscard]] inflate_result finish(std::size_t bytes_max);

  /// What has been decompressed so far.
  std::string_view message() const noexcept { return message_.view(); }

  /// Forgets the message. The client agreed to start each one afresh.
  void reset() noexcept;

private:
  inflate_result run(std::size_t bytes_max);

  z_stream stream_{};
  message_buffer message_;
  /// No octet of a DEFLATE stream has come since the last one ended.
  bool fresh_ = true;
};

/// Inflaters of one I/O thread: a connection holds one only while it is in the
/// middle of a compressed message.
/// Thread: one.
class inflater_pool {
public:
  inflater_pool();

  /// One that is ready for a new message.
  std::unique_ptr<inflater> take();
  void give(std::unique_ptr<inflater> used) noexcept;

private:
  std::vector<std::unique_ptr<inflater>> idle_;
};

} // namespace rookery::ws

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace rookery {

/// How a connection's messages are written: the subprotocols
/// `rookery.v1.json` (text frames) and `rookery.v1.msgpack` (binary frames).
enum class encoding : uint8_t { json, msgpack };
inline constexpr std::size_t encodings = 2;

/// One complete value of a client's, kept as the bytes in which it came.
/// Checked by the decoder: well-formed, valid UTF-8, within the depth limit.
struct payload {
  encoding written_in = encoding::json;
  std::string bytes;

  friend bool operator==(const payload&, const payload&) = default;
};

} // namespace rookery

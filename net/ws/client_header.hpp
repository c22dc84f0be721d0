#pragma once

#include "net/ws/frame_header.hpp"
#include "net/ws/mask.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// The header of a client's frame (RFC 6455, section 5.2): 6, 8 or 14 bytes,
// always with a masking key. Whatever is wrong with one is a protocol error.

namespace rookery::ws {

inline constexpr std::size_t client_header_bytes_max = 14;

struct client_header {
  opcode op = opcode::continuation;
  bool fin = false;
  bool rsv1 = false;
  masking_key key = 0;
  uint64_t payload_bytes = 0;
};

/// What is wrong with the first two bytes, which also tell how long the header
/// is; empty: nothing. To be asked as soon as they are here.
inline std::string_view check_first_bytes(const char* bytes) noexcept {
  const auto first = static_cast<uint8_t>(bytes[0]);
  const auto second = static_cast<uint8_t>(bytes[1]);
  if ((first & 0x30) != 0)
    return "reserved bit is set";
  if ((first & 0x07) > 2)
    return "reserved opcode";
  if ((second & 0x80) == 0)
    return "frame is not masked";
  if ((first & 0x08) != 0) {
    if ((first & 0x80) == 0)
      return "control frame is fragmented";
    if ((first & 0x40) != 0)
      return "control frame is compressed";
    if ((second & 0x7F) > control_bytes_max)
      return "control frame is longer than 125 bytes";
  }
  return {};
}

/// The length of the whole header, from its second byte.
constexpr std::size_t client_header_bytes(char second) noexcept {
  switch (static_cast<uint8_t>(second) & 0x7F) {
  case 126:
    return 8;
  case 127:
    return 14;
  default:
    return 6;
  }
}

/// Reads a header that is here completely and whose first bytes are good.
/// Returns what is wrong with it; empty: nothing.
inline std::string_view
decode_client_header(const char* bytes, client_header& header) noexcept {
  const auto first = static_cast<uint8_t>(bytes[0]);
  const auto size = client_header_bytes(bytes[1]);
  header.op = static_cast<opcode>(first & 0x0F);
  header.fin = (first & 0x80) != 0;
  header.rsv1 = (first & 0x40) != 0;
  std::memcpy(
      &header.key, bytes + size - sizeof(header.key), sizeof(header.key));
  if (size == 6) {
    header.payload_bytes = static_cast<uint8_t>(bytes[1]) & 0x7F;
    return {};
  }
  uint64_t length = 0;
  for (std::size_t i = 2; i < size - sizeof(header.key); ++i)
    length = length << 8 | static_cast<uint8_t>(bytes[i]);
  header.payload_bytes = length;
  if (length <= (size == 8 ? 125u : 0xFFFFu))
    return "length is not in its shortest form";
  if (length >> 63 != 0)
    return "length is above 2^63";
  return {};
}

} // namespace rookery::ws

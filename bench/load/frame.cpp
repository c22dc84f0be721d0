#include "bench/load/frame.hpp"

#include <array>
#include <cstring>

namespace rookery::load {

namespace {

constexpr uint8_t last_bit = 0x80;
constexpr uint8_t reserved_bits = 0x70;
constexpr uint8_t mask_bit = 0x80;

// A mask protects proxies from crafted bytes. Against a server on loopback a
// fixed one does, and all servers pay the same for undoing it.
constexpr std::array<char, 4> mask = {0x1f, 0x2e, 0x3d, 0x4c};

uint64_t read_big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (auto byte : bytes)
    value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

void append_big_endian(std::string& out, uint64_t value, unsigned bytes) {
  for (unsigned left = bytes; left > 0; --left)
    out.push_back(static_cast<char>(value >> (8 * (left - 1)) & 0xff));
}

} // namespace

parsed take_frame(std::string_view& bytes, frame& into) {
  if (bytes.size() < 2)
    return parsed::incomplete;
  auto first = static_cast<uint8_t>(bytes[0]);
  auto second = static_cast<uint8_t>(bytes[1]);
  if ((first & reserved_bits) != 0 || (second & mask_bit) != 0)
    return parsed::malformed;
  std::size_t header = 2;
  uint64_t length = second;
  if (length >= 126) {
    auto extended = length == 126 ? std::size_t{2} : std::size_t{8};
    header += extended;
    if (bytes.size() < header)
      return parsed::incomplete;
    length = read_big_endian(bytes.substr(2, extended));
  }
  if (length > frame_bytes_max)
    return parsed::malformed;
  if (bytes.size() - header < length)
    return parsed::incomplete;
  into.kind = static_cast<opcode>(first & 0x0f);
  into.last = (first & last_bit) != 0;
  into.payload = bytes.substr(header, length);
  bytes.remove_prefix(header + length);
  return parsed::frame;
}

void append_frame(std::string& out, opcode kind, std::string_view payload) {
  out.push_back(static_cast<char>(last_bit | static_cast<uint8_t>(kind)));
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(mask_bit | payload.size()));
  } else if (payload.size() < 65536) {
    out.push_back(static_cast<char>(mask_bit | 126));
    append_big_endian(out, payload.size(), 2);
  } else {
    out.push_back(static_cast<char>(mask_bit | 127));
    append_big_endian(out, payload.size(), 8);
  }
  out.append(mask.data(), mask.size());
  auto start = out.size();
  out.append(payload);
  for (std::size_t i = 0; i < payload.size(); ++i)
    out[start + i] = static_cast<char>(out[start + i] ^ mask[i % mask.size()]);
}

} // namespace rookery::load

#include "net/ws/frame_header.hpp"

#include "base/check.hpp"
#include "net/ws/close_payload.hpp"

#include <string>

namespace rookery::ws {

namespace {

std::string_view
cut_between_characters(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max)
    return text;
  auto end = bytes_max;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80)
    --end;
  return text.substr(0, end);
}

} // namespace

server_header::server_header(
    opcode op, uint64_t payload_bytes, bool rsv1) noexcept {
  const auto put = [this](uint64_t value, int bytes) {
    for (auto shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
      bytes_[size_++] = static_cast<char>(value >> shift);
  };
  put(0x80u | (rsv1 ? 0x40u : 0u) | static_cast<uint8_t>(op), 1);
  if (payload_bytes < 126) {
    put(payload_bytes, 1);
  } else if (payload_bytes <= 0xFFFF) {
    put(126, 1);
    put(payload_bytes, 2);
  } else {
    put(127, 1);
    put(payload_bytes, 8);
  }
}

frame make_frame(opcode op, std::string_view payload, bool rsv1) {
  ROOKERY_CHECK(
      !is_control(op) || (payload.size() <= control_bytes_max && !rsv1),
      "a control frame is short and never compressed");
  return frame::make(server_header{op, payload.size(), rsv1}.bytes(), payload);
}

frame make_close_frame(close_code code, std::string_view reason) {
  if (code == close_code::no_status)
    return make_frame(opcode::close, {});
  const auto number = static_cast<uint16_t>(code);
  ROOKERY_CHECK(
      is_legal_close_code(number), "this close code never goes over the wire");
  std::string payload{
      static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
  payload += cut_between_characters(reason, close_reason_bytes_max);
  return make_frame(opcode::close, payload);
}

} // namespace rookery::ws

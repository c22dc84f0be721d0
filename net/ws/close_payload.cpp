#include "net/ws/close_payload.hpp"

#include "net/ws/utf8.hpp"

namespace rookery::ws {

tl::expected<close_payload, violation>
parse_close_payload(std::string_view payload) noexcept {
  if (payload.empty())
    return close_payload{};
  if (payload.size() == 1)
    return tl::make_unexpected(protocol_error("close payload of one byte"));
  const auto number = static_cast<uint16_t>(
      static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]));
  if (!is_legal_close_code(number))
    return tl::make_unexpected(protocol_error("illegal close code"));
  const auto reason = payload.substr(2);
  if (!is_utf8(reason))
    return tl::make_unexpected(
        violation{close_code::invalid_utf8, "close reason is not UTF-8"});
  return close_payload{static_cast<close_code>(number), reason};
}

} // namespace rookery::ws

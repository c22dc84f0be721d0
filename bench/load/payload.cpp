#include "bench/load/payload.hpp"

#include <array>
#include <stdexcept>

namespace rookery::load {

namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr uint8_t no_digit = 0xff;

constexpr auto digit_values = [] {
  std::array<uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < digits.size(); ++i)
    values[static_cast<uint8_t>(digits[i])] = static_cast<uint8_t>(i);
  return values;
}();

void write_hex(char* to, std::size_t length, uint64_t value) {
  for (; length > 0; value >>= 4)
    to[--length] = digits[value & 15];
}

bool read_hex(std::string_view from, uint64_t& value) {
  value = 0;
  uint8_t seen = 0;
  for (auto character : from) {
    auto digit = digit_values[static_cast<uint8_t>(character)];
    seen |= digit;
    value = value << 4 | digit;
  }
  return seen < 16;
}

} // namespace

payload_format::payload_format(std::size_t bytes) {
  if (bytes < bytes_min)
    throw std::invalid_argument(
        "a payload needs at least " + std::to_string(bytes_min) + " bytes");
  blank_ = std::string{mark};
  blank_.resize(bytes, '.');
}

std::string payload_format::write(const stamp& from) const {
  auto text = blank_;
  auto* at = text.data() + mark.size();
  write_hex(at, 8, from.publisher);
  write_hex(at + 8, 8, from.number);
  write_hex(
      at + 16, 16, static_cast<uint64_t>(from.sent.time_since_epoch().count()));
  return text;
}

std::optional<stamp> payload_format::take(std::string_view& message) const {
  auto start = message.find(mark);
  if (start == std::string_view::npos || message.size() - start < size())
    return std::nullopt;
  auto text = message.substr(start, size());
  uint64_t publisher = 0;
  uint64_t number = 0;
  uint64_t sent = 0;
  auto sound =
      read_hex(text.substr(mark.size(), 8), publisher)
      && read_hex(text.substr(mark.size() + 8, 8), number)
      && read_hex(text.substr(mark.size() + 16, 16), sent)
      && text.substr(bytes_min) == std::string_view{blank_}.substr(bytes_min);
  if (!sound)
    return std::nullopt;
  message.remove_prefix(start + size());
  return stamp{
      static_cast<uint32_t>(publisher), static_cast<uint32_t>(number),
      instant{clock::duration{static_cast<int64_t>(sent)}}};
}

} // namespace rookery::load

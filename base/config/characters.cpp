#include "base/config/characters.hpp"

#include <array>
#include <cstdint>

namespace rookery {

character first_character(std::string_view text) noexcept {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80)
    return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size)
    return {};
  char32_t code = lead & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xc0) != 0x80)
      return {};
    code = (code << 6) | (next & 0x3f);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least[size] || code > 0x10ffff || is_surrogate)
    return {};
  return {code, size};
}

bool is_blank(char32_t c) noexcept {
  return c == ' ' || c == '\t' || c == '\r';
}

bool is_control(char32_t c) noexcept {
  return (c < 0x20 && !is_blank(c) && c != '\n') || c == 0x7f;
}

bool is_unicode_escape(std::string_view digits) noexcept {
  unsigned code = 0;
  if (digits.size() < 4)
    return false;
  for (const char c : digits.substr(0, 4)) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto digit = hex.find(c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c);
    if (digit == std::string_view::npos)
      return false;
    code = code * 16 + static_cast<unsigned>(digit);
  }
  return code < 0xd800 || code > 0xdfff;
}

} // namespace rookery

#include "actors/top/cells.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace rookery::cells {

namespace {

constexpr bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

/// Takes at most `width` characters, and fills up to that.
std::string fit(std::string_view text, std::size_t width, bool to_the_right) {
  std::string shown;
  std::size_t characters = 0;
  bool skipping = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (begins_character(text[i])) {
      if (characters == width)
        break;
      ++characters;
      // C0, DEL, and C1, which in UTF-8 is C2 80 to C2 9F
      skipping = c < 0x20 || c == 0x7f
                 || (c == 0xc2 && i + 1 < text.size()
                     && static_cast<unsigned char>(text[i + 1]) < 0xa0);
      if (skipping)
        shown += '?';
    }
    if (!skipping)
      shown += text[i];
  }
  const std::string padding(width - characters, ' ');
  return to_the_right ? padding + shown : shown + padding;
}

/// "9999", "10.0k", "1.5M": six characters at most.
std::string with_unit(double value, double base, const char* units) {
  for (double whole_max = 9999.5; value >= whole_max && units[1]; ++units) {
    value /= base;
    whole_max = 999.95;
  }
  std::array<char, 32> text{};
  const bool whole = *units == ' ';
  std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.1f", value);
  return whole ? text.data() : std::string{text.data()} + *units;
}

} // namespace

uint64_t count(const json_row& row, std::string_view name) {
  return static_cast<uint64_t>(std::max(row.number(name), 0.0));
}

std::string number(double value) {
  return with_unit(value, 1000, " kMGT");
}
std::string size(double bytes) {
  return with_unit(bytes, 1024, " KMGT");
}
std::string rate(double per_second) {
  std::array<char, 32> text{};
  if (per_second >= 1000)
    return number(per_second);
  std::snprintf(text.data(), text.size(), "%.1f", per_second);
  return text.data();
}

std::string age(std::chrono::milliseconds time) {
  const auto seconds = time.count() / 1000;
  std::array<char, 32> text{};
  if (seconds < 60)
    std::snprintf(text.data(), text.size(), "%llds", 1ll * seconds);
  else if (seconds < 3600)
    std::snprintf(
        text.data(), text.size(), "%lldm%02llds", 1ll * seconds / 60,
        1ll * seconds % 60);
  else if (seconds < 86400)
    std::snprintf(
        text.data(), text.size(), "%lldh%02lldm", 1ll * seconds / 3600,
        1ll * seconds / 60 % 60);
  else
    std::snprintf(
        text.data(), text.size(), "%lldd%02lldh", 1ll * seconds / 86400,
        1ll * seconds / 3600 % 24);
  return text.data();
}

std::string line_of(const std::vector<cell>& all, std::size_t width) {
  std::string line;
  std::size_t used = 0;
  for (const auto& one : all) {
    const auto gap = used == 0 ? 0 : 1;
    const auto room =
        width == 0 ? one.width
                   : std::min(one.width, width - std::min(width, used + gap));
    if (room == 0)
      break;
    line.append(gap, ' ').append(fit(one.text, room, one.to_the_right));
    used += gap + room;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

} // namespace rookery::cells

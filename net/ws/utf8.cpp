#include "net/ws/utf8.hpp"

#include <array>
#include <cstddef>
#include <cstring>

namespace rookery::ws {

namespace {

/// Where within a character a text is (Unicode, table 3-7). The numbers are
/// shifts: six bits for each state.
enum state : uint8_t {
  between = 0, // two characters
  bad = 6,
  one_left = 12,   // any continuation octet, 80..BF
  two_left = 18,   // any, then one_left
  three_left = 24, // any, then two_left
  after_e0 = 30,   // A0..BF, else overlong; then one_left
  after_ed = 36,   // 80..9F, else a surrogate; then one_left
  after_f0 = 42,   // 90..BF, else overlong; then two_left
  after_f4 = 48,   // 80..8F, else above U+10FFFF; then two_left
};

constexpr state after_first(unsigned octet) noexcept {
  if (octet < 0x80)
    return between;
  if (octet < 0xC2 || octet > 0xF4)
    return bad;
  switch (octet) {
  case 0xE0:
    return after_e0;
  case 0xED:
    return after_ed;
  case 0xF0:
    return after_f0;
  case 0xF4:
    return after_f4;
  default:
    return octet < 0xE0 ? one_left : octet < 0xF0 ? two_left : three_left;
  }
}

/// One step of the machine for one octet is one shift: the row of the octet
/// has the next state for each state, at that state's place.
constexpr uint64_t row_of(unsigned octet) noexcept {
  uint64_t row = 0;
  const auto set = [&row](state from, state to) {
    row |= static_cast<uint64_t>(to) << from;
  };
  const auto in = [octet](unsigned low, unsigned high) {
    return octet >= low && octet <= high;
  };
  set(between, after_first(octet));
  set(bad, bad);
  set(one_left, in(0x80, 0xBF) ? between : bad);
  set(two_left, in(0x80, 0xBF) ? one_left : bad);
  set(three_left, in(0x80, 0xBF) ? two_left : bad);
  set(after_e0, in(0xA0, 0xBF) ? one_left : bad);
  set(after_ed, in(0x80, 0x9F) ? one_left : bad);
  set(after_f0, in(0x90, 0xBF) ? two_left : bad);
  set(after_f4, in(0x80, 0x8F) ? two_left : bad);
  return row;
}

constexpr auto rows = [] {
  std::array<uint64_t, 256> all{};
  for (unsigned octet = 0; octet < all.size(); ++octet)
    all[octet] = row_of(octet);
  return all;
}();

constexpr uint64_t state_bits = 63;

} // namespace

bool utf8_validator::feed(std::string_view octets) noexcept {
  const auto* at = reinterpret_cast<const uint8_t*>(octets.data());
  const auto* const end = at + octets.size();
  uint64_t now = state_; // its low six bits; what is above does not matter
  for (uint64_t word; end - at >= 8; at += sizeof(word)) {
    std::memcpy(&word, at, sizeof(word));
    if ((now & state_bits) == between && (word & 0x8080808080808080u) == 0)
      continue;
    for (std::size_t i = 0; i < sizeof(word); ++i)
      now = rows[at[i]] >> (now & state_bits);
  }
  for (; at != end; ++at)
    now = rows[*at] >> (now & state_bits);
  state_ = static_cast<uint8_t>(now & state_bits);
  return state_ != bad;
}

} // namespace rookery::ws

#include "net/ws/utf8.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace rookery::ws {
namespace {

std::string encode(uint32_t point) {
  const auto tail = [point](int shift) {
    return static_cast<char>(0x80 | ((point >> shift) & 0x3F));
  };
  if (point < 0x80)
    return {static_cast<char>(point)};
  if (point < 0x800)
    return {static_cast<char>(0xC0 | point >> 6), tail(0)};
  if (point < 0x10000)
    return {static_cast<char>(0xE0 | point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
}

bool is_character(uint32_t point) {
  return point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

/// Where the validator refuses when it gets one octet after the other.
std::optional<std::size_t> refused_at(std::string_view octets) {
  utf8_validator validator;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (!validator.feed(octets.substr(i, 1)))
      return i;
  }
  return std::nullopt;
}

TEST(utf8, takes_every_character_and_no_surrogate) {
  for (uint32_t point = 0; point <= 0x1FFFFF; ++point)
    ASSERT_EQ(is_utf8(encode(point)), is_character(point)) << point;
}

TEST(utf8, takes_of_all_three_octets_only_what_encodes_characters) {
  // Counted: what is taken must be exactly the characters that fit.
  std::size_t taken = 0;
  for (uint32_t all = 0; all < 0x1000000; ++all) {
    const char octets[]{
        static_cast<char>(all >> 16), static_cast<char>(all >> 8),
        static_cast<char>(all)};
    taken += is_utf8({octets, 3});
  }
  const std::size_t one = 0x80, two = 0x780, three = 0x10000 - 0x800 - 0x800;
  EXPECT_EQ(taken, one * one * one + 2 * one * two + three);
}

TEST(utf8, may_not_end_within_a_character) {
  for (const auto* text : {"\xc3", "\xe2\x82", "\xf0\x9f", "\xf0\x9f\x90"}) {
    utf8_validator validator;
    EXPECT_TRUE(validator.feed(text));
    EXPECT_FALSE(validator.complete());
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(utf8, refuses_at_the_first_octet_that_cannot_be_continued) {
  EXPECT_EQ(refused_at("ab\x80"), 2u);           // no character begins so
  EXPECT_EQ(refused_at("\xc0\xaf"), 0u);         // overlong
  EXPECT_EQ(refused_at("\xe0\x9f\xbf"), 1u);     // overlong
  EXPECT_EQ(refused_at("\xed\xa0\x80"), 1u);     // surrogate
  EXPECT_EQ(refused_at("\xf0\x8f\xbf\xbf"), 1u); // overlong
  EXPECT_EQ(refused_at("\xf4\x90\x80\x80"), 1u); // above U+10FFFF
  EXPECT_EQ(refused_at("\xf5"), 0u);             // above U+10FFFF
  EXPECT_EQ(refused_at("\xe2\x82x"), 2u);        // cut short
}

TEST(utf8, may_be_cut_anywhere_in_a_long_text) {
  std::string text;
  for (uint32_t point = 1; point <= 0x10FFFF; point += 0x313)
    text += is_character(point) ? "plain words " + encode(point) : "";
  for (std::size_t cut = 0; cut < text.size(); cut += 7) {
    utf8_validator validator;
    EXPECT_TRUE(validator.feed(std::string_view{text}.substr(0, cut)));
    EXPECT_TRUE(validator.feed(std::string_view{text}.substr(cut)));
    EXPECT_TRUE(validator.complete());
  }
}

TEST(utf8, sees_a_bad_octet_behind_any_number_of_ascii_ones) {
  for (std::size_t size = 0; size < 40; ++size) {
    EXPECT_FALSE(is_utf8(std::string(size, 'x') + "\xff"));
    EXPECT_FALSE(is_utf8(std::string(size, 'x') + "\xff and more behind it"));
  }
}

} // namespace
} // namespace rookery::ws

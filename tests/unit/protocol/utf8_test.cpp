#include "base/protocol/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rookery {
namespace {

using namespace std::literals;

/// So that each case also stands at other places of a word.
void expect_valid(const std::string& text, bool valid) {
  for (std::size_t before = 0; before < 17; ++before) {
    for (std::size_t behind : {0, 1, 8, 17})
      EXPECT_EQ(
          valid_utf8(
              std::string(before, 'a') + text + std::string(behind, 'b')),
          valid)
          << text << " behind " << before;
  }
}

TEST(utf8, is_every_scalar_value) {
  for (const auto& text :
       {""s, "\0"s, "\x7f"s, "\u0080"s, "\u07ff"s, "\u0800"s, "\ud7ff"s,
        "\ue000"s, "\uffff"s, "\U00010000"s, "\U0010ffff"s, "aü€\U0001f600"s})
    expect_valid(text, true);
}

TEST(utf8, is_no_overlong_form) {
  for (const auto* text :
       {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
        "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf"})
    expect_valid(text, false);
}

TEST(utf8, is_no_surrogate_and_nothing_beyond_the_last) {
  for (const auto* text :
       {"\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80", "\xff", "\xfe"})
    expect_valid(text, false);
}

TEST(utf8, is_not_cut_off_or_out_of_place) {
  for (const auto* text :
       {"\x80", "\xbf", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3\xc3\xbc",
        "\xe2\x82z", "\xc3\xbc\xbc"})
    expect_valid(text, false);
}

} // namespace
} // namespace rookery

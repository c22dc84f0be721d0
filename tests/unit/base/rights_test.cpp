#include "base/rights.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

TEST(right_set, is_a_set) {
  const right_set some{right::subscribe, right::publish};
  EXPECT_TRUE(some.has(right::publish));
  EXPECT_FALSE(some.has(right::history));
  EXPECT_EQ(
      some | right_set{right::send},
      (right_set{right::send, right::publish, right::subscribe}));
  EXPECT_EQ(
      (some & right_set{right::publish, right::lobby}),
      right_set{right::publish});
  EXPECT_EQ(some - right_set{right::publish}, right_set{right::subscribe});
  EXPECT_TRUE(right_set{}.empty());
  EXPECT_TRUE((right_set::all() - right_set::all()).empty());
}

TEST(right_set, is_read_as_it_is_written) {
  for (const auto one : all_rights)
    EXPECT_EQ(parse_rights(describe(right_set{one}), ' '), right_set{one});
  const right_set some{right::history, right::subscribe};
  EXPECT_EQ(describe(some), "subscribe history");
  EXPECT_EQ(parse_rights("history subscribe", ' '), some);
  EXPECT_EQ(parse_rights("all", ' '), right_set::all());
  EXPECT_EQ(describe(right_set::all()), "all");
  EXPECT_EQ(describe({}), "nothing");
}

TEST(right_set, has_one_separator_between_words) {
  EXPECT_EQ(parse_rights("", ' '), right_set{});
  for (const auto* words :
       {" ", "send ", " send", "send  lobby", "send,lobby", "Send", "nothing",
        "sendlobby"})
    EXPECT_EQ(parse_rights(words, ' '), std::nullopt) << words;
}

} // namespace
} // namespace rookery

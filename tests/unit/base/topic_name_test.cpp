#include "base/topic_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rookery {
namespace {

TEST(topic_name, has_parts_of_letters_digits_underscores_and_dashes) {
  for (const auto* name :
       {"a", "chat.room-1", "notifications", "_", "-", "A.b_C.9", "0123456789",
        "a.b.c.d.e.f.g.h"})
    EXPECT_TRUE(valid_topic_name(name)) << name;
}

TEST(topic_name, has_no_empty_part) {
  for (const auto* name : {"", ".", ".a", "a.", "a..b", "..", "a.b."})
    EXPECT_FALSE(valid_topic_name(name)) << name;
}

TEST(topic_name, has_no_other_byte) {
  constexpr std::string_view legal =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    const auto expected = legal.find(c) != legal.npos;
    EXPECT_EQ(valid_topic_name(std::string{"a"} + c + "b"), expected) << byte;
  }
}

TEST(topic_name, may_be_one_of_the_node_itself) {
  for (const auto* name : {"$sys.alerts", "$sys.a.b"}) {
    EXPECT_TRUE(valid_topic_name(name)) << name;
    EXPECT_TRUE(is_system_topic(name)) << name;
  }
  for (const auto* name :
       {"$sys", "$sys.", "$sys..a", "$", "$.a", "$a.b", "$$sys.a", "a.$sys.b",
        "$sys.$sys", "$sys.a.$b"})
    EXPECT_FALSE(valid_topic_name(name)) << name;
  EXPECT_FALSE(is_system_topic("sys.alerts"));
  EXPECT_TRUE(valid_topic_name("$sys." + std::string(250, 'x')));
  EXPECT_FALSE(valid_topic_name("$sys." + std::string(251, 'x')));
}

TEST(topic_name, is_at_most_255_bytes_long) {
  EXPECT_TRUE(valid_topic_name(std::string(255, 'x')));
  EXPECT_FALSE(valid_topic_name(std::string(256, 'x')));
}

} // namespace
} // namespace rookery

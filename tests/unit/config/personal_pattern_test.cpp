#include "base/config/personal_pattern.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

TEST(personal_pattern, has_the_id_as_a_part) {
  EXPECT_TRUE(is_personal("user.{id}"));
  EXPECT_TRUE(is_personal("{id}.>"));
  EXPECT_TRUE(is_personal("{id}"));
  for (const auto* pattern : {"", "user.*", "user.x{id}", "user.{id", "id"})
    EXPECT_FALSE(is_personal(pattern)) << pattern;
}

TEST(personal_pattern, is_everybodys_or_one_users) {
  EXPECT_EQ(with_any_id("user.{id}.>"), "user.*.>");
  EXPECT_EQ(with_any_id("chat.*"), "chat.*");
  EXPECT_EQ(with_id("user.{id}.>", "ann-1"), "user.ann-1.>");
  EXPECT_EQ(with_id("{id}.{id}", "ann"), "ann.ann");
}

TEST(personal_pattern, is_of_nobody_whose_id_is_not_one_part_of_a_name) {
  for (const auto* user : {"", "*", ">", "a.b", ".", "a b", "Zoë", "{id}"})
    EXPECT_EQ(with_id("user.{id}", user), std::nullopt) << user;
}

} // namespace
} // namespace rookery

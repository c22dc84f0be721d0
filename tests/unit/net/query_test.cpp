#include "net/http/query.hpp"

#include <gtest/gtest.h>

namespace rookery {

namespace {

std::string read(std::string_view target) {
  const auto fields = read_query(target);
  if (!fields)
    return "refused";
  std::string text;
  for (const auto& one : *fields)
    text += "[" + one.name + "|" + one.value + "]";
  return text;
}

TEST(query, has_the_fields_in_their_order) {
  EXPECT_EQ(read("/a?x=1&y=2&x=3"), "[x|1][y|2][x|3]");
  EXPECT_EQ(read("/a"), "");
  EXPECT_EQ(read("/a?"), "");
}

TEST(query, may_have_fields_without_a_value_and_empty_pieces) {
  EXPECT_EQ(read("/a?x&&y=&"), "[x|][y|]");
  EXPECT_EQ(read("/a?=1"), "[|1]");
}

TEST(query, keeps_what_stands_behind_the_first_equals_sign) {
  EXPECT_EQ(read("/a?x=1=2?3"), "[x|1=2?3]");
}

TEST(query, decodes_names_and_values) {
  EXPECT_EQ(read("/a?%78=%41%2b+b%26%3D%e2%82%ac"), "[x|A+ b&=\xe2\x82\xac]");
}

TEST(query, refuses_a_per_cent_sign_without_two_digits) {
  for (const auto* target :
       {"/a?x=%", "/a?x=%4", "/a?x=%4g", "/a?x=%%41", "/a?%zz=1", "/a?x=%+1",
        "/a?x=%4&y=1"})
    EXPECT_EQ(read(target), "refused") << target;
}

} // namespace

} // namespace rookery

#include "base/protocol/json_rows.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

TEST(json_rows, have_the_fields_of_their_objects) {
  const auto rows = read_json_rows(
      R"({"x":1,"list":[{"a":"t","b":2.5,"c":true,"d":null,"e":{"f":-3},
          "g":["u","v",7]},{}]})",
      "list");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2u);
  const auto& row = rows->front();
  EXPECT_EQ(row.text("a"), "t");
  EXPECT_EQ(row.number("b"), 2.5);
  EXPECT_TRUE(row.truth("c"));
  EXPECT_EQ(row.text("d"), "");
  EXPECT_EQ(row.number("e.f"), -3.0);
  EXPECT_EQ(row.text("g"), "u v");
  EXPECT_EQ(row.number("a"), 0.0); // is a text
  EXPECT_EQ(row.text("nowhere"), "");
}

TEST(json_rows, are_objects_of_a_list) {
  for (const auto* wrong :
       {"", "{", "[]", "5", R"({"other":[]})", R"({"list":{}})",
        R"({"list":[1]})", R"({"list":[[]]})"})
    EXPECT_FALSE(read_json_rows(wrong, "list")) << wrong;
}

} // namespace
} // namespace rookery

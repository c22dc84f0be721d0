#include "base/protocol/json_page.hpp"

#include <gtest/gtest.h>

namespace rookery {

TEST(json_page, is_taken_out_of_its_answer) {
  const auto page = read_json_page(
      R"({"connections":[{"a":[1,"\u00e9"],"b":1764071000000},{"a":null}],)"
      R"("next":"2f.0-1"})",
      "connections");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->size, 2u);
  EXPECT_EQ(
      page->items, "{\"a\":[1,\"\xc3\xa9\"],\"b\":1764071000000},{\"a\":null}");
  EXPECT_EQ(page->next, "2f.0-1");
}

TEST(json_page, may_be_empty_and_the_last) {
  const auto page = read_json_page(R"({"connections":[]})", "connections");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->size, 0u);
  EXPECT_EQ(page->items, "");
  EXPECT_EQ(page->next, "");
}

TEST(json_page, is_refused_without_its_list) {
  for (const auto* text :
       {"", "[]", "{", "7", R"({"connections":{}})", R"({"topics":[]})"})
    EXPECT_FALSE(read_json_page(text, "connections")) << text;
}

} // namespace rookery

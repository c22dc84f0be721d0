#include "base/config/syntax_error.hpp"
#include "tests/unit/config/loading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery {
namespace {

int line_of_error(const std::string& text) {
  const auto error = find_syntax_error(text);
  EXPECT_TRUE(error) << text;
  EXPECT_FALSE(error && error->message.empty());
  return error ? error->line : 0;
}

TEST(syntax_error, is_none_in_hocon) {
  for (const auto* text :
       {"", "\n\n", "a = 1", "a\n=\n1", "a {\n}\n", "a = [\n1\n2,\n]\n",
        "a = b c\n", "a = {\n} {\n}", "# x", "{\na = 1\n}", "a += 1"})
    EXPECT_FALSE(find_syntax_error(text)) << text;
}

TEST(syntax_error, is_on_the_first_line_that_nothing_can_follow) {
  EXPECT_EQ(line_of_error("a = 1\nb = = 2\nc = 3\n"), 2);
  EXPECT_EQ(line_of_error("a = 1\n= 2\n"), 2);
  EXPECT_EQ(line_of_error("a {\n  b = 1\n  c d e = f = 1\n}\n"), 3);
  EXPECT_EQ(line_of_error("a = 1\n\n\nb = & 2\n\n"), 4);
  EXPECT_EQ(line_of_error("a = [1,\n2,\n:\n3]\nb = 1\n"), 3);
  EXPECT_EQ(line_of_error("a = 1, , b = 2\n"), 1);
  EXPECT_EQ(line_of_error("x = 1\ny = 2\na = 1 b = 2\nz = 3\n"), 3);
  EXPECT_EQ(line_of_error("x = 1\na = ${}\nb = 2\n"), 2);
  EXPECT_EQ(line_of_error("x = 1\na + 2\nb = 2\n"), 2);
  EXPECT_EQ(line_of_error("x = 1\na = \\\nb = 2\n"), 2);
  EXPECT_EQ(line_of_error("x = 1\na = 5 {}\nb = 2\n"), 2);
  EXPECT_EQ(line_of_error("x = 1\na = [1] {\nc = 3\n}\nb = 2\n"), 2);
  EXPECT_EQ(line_of_error("{\na = 1\n}\nb = 2\n"), 4);
}

TEST(syntax_error, is_on_the_last_line_if_the_text_ends_too_early) {
  EXPECT_EQ(line_of_error("a = 1\nb"), 2);
  EXPECT_EQ(line_of_error("a = 1\nb\n\n\n"), 2);
  EXPECT_EQ(line_of_error("a = 1\nb =\n"), 2);
}

TEST(syntax_error, of_a_root_that_is_no_object_is_on_its_first_line) {
  EXPECT_EQ(line_of_error("[\n1\n]\n"), 1);
}

TEST(syntax_error, is_found_in_large_texts) {
  std::string text = "vars {\n";
  for (int i = 2; i < 1000; ++i)
    text += "a" + std::to_string(i) + " = " + (i == 700 ? ":" : "1") + "\n";
  EXPECT_EQ(line_of_error(text + "}\n"), 700);
}

TEST(syntax_error, does_not_name_the_text_or_java) {
  const auto error = find_syntax_error("a = 1\nb = = 2");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, "Expecting a value but got wrong token: '='");
}

TEST(syntax_error, is_reported_with_its_file_and_line) {
  EXPECT_THAT(
      errors_in("a = 1\nb = = 2\nfoo = 1"),
      testing::ElementsAre(
          "x.conf:2: Expecting a value but got wrong token: '='"));
  EXPECT_THAT(
      errors_in("a {\n  b = \"x\n"),
      testing::ElementsAre(
          "x.conf:1: '{' is never closed", "x.conf:2: a quote is not closed"));
}

} // namespace
} // namespace rookery

#include "base/protocol/merge_patch.hpp"
#include "tests/unit/protocol/independent_codec.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

std::string merged(std::string_view document, std::string_view patch) {
  return merge_patch(document, {encoding::json, std::string{patch}})
      .value_or("refused");
}

struct example {
  std::string_view document, patch, result;
};

/// RFC 7396, appendix A.
constexpr example examples[]{
    {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
    {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
    {R"({"a":"b"})", R"({"a":null})", R"({})"},
    {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
    {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
    {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
    {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
    {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
    {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
    {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
    {R"({"a":"foo"})", "null", "null"},
    {R"({"a":"foo"})", R"("bar")", R"("bar")"},
    {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
    {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
    {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
};

TEST(merge_patch, does_what_the_rfc_shows) {
  for (const auto& one : examples)
    EXPECT_EQ(merged(one.document, one.patch), one.result)
        << one.document << " with " << one.patch;
}

TEST(merge_patch, begins_with_nothing) {
  EXPECT_EQ(merged("", R"({"a":1})"), R"({"a":1})");
}

TEST(merge_patch, keeps_whole_numbers_whole) {
  EXPECT_EQ(
      merged(R"({"a":18446744073709551615})", R"({"b":-9223372036854775808})"),
      R"({"a":18446744073709551615,"b":-9223372036854775808})");
}

TEST(merge_patch, takes_the_last_of_a_field_that_is_there_twice) {
  EXPECT_EQ(merged("{}", R"({"a":1,"a":null,"a":2})"), R"({"a":2})");
}

TEST(merge_patch, reads_message_pack) {
  EXPECT_EQ(
      merge_patch(
          R"({"a":1,"b":2})",
          {encoding::msgpack, test::packed(R"({"a":null,"c":[3]})")}),
      R"({"b":2,"c":[3]})");
}

TEST(merge_patch, refuses_numbers_that_no_double_holds) {
  EXPECT_EQ(merged("{}", R"({"a":1e999})"), "refused");
}

} // namespace
} // namespace rookery

#include "base/protocol/info_values.hpp"
#include "tests/unit/protocol/independent_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

payload json(std::string text) {
  return {encoding::json, std::move(text)};
}
payload msgpack(const std::string& text) {
  return {encoding::msgpack, test::packed(text)};
}
bool has(const char* all, const char* wanted) {
  return has_values(values_of(json(all)), values_of(json(wanted)));
}

TEST(info_values, are_the_fields_by_name) {
  EXPECT_THAT(
      values_of(json(R"({"b":[1,{"x":null}],"a":"t","":true})")),
      ElementsAre(
          Pair("", "true"), Pair("a", R"("t")"),
          Pair("b", R"([1,{"x":null}])")));
}

TEST(info_values, of_what_is_no_object_are_none) {
  EXPECT_THAT(values_of(std::nullopt), IsEmpty());
  for (const auto* text : {"", "1", "null", "[1]", R"("x")", "{", R"({"a":)"})
    EXPECT_THAT(values_of(json(text)), IsEmpty()) << text;
  EXPECT_THAT(values_of(payload{encoding::msgpack, "\xc1"}), IsEmpty());
}

TEST(info_values, are_the_same_however_they_are_written) {
  const auto plain =
      values_of(json(R"({"a":"ü\"","n":[1,2.5,-3],"o":{"k":1}})"));
  EXPECT_EQ(
      values_of(json("{ \"o\" : {\"k\":1 },\n\"n\":[1, 2.50, -3], "
                     "\"a\":\"\\u00fc\\u0022\"}")),
      plain);
  EXPECT_EQ(
      values_of(msgpack(R"({"n":[1,2.5,-3],"a":"ü\"","o":{"k":1}})")), plain);
}

TEST(info_values, that_are_wanted_must_all_be_there) {
  EXPECT_TRUE(has(R"({"a":1,"b":2})", "{}"));
  EXPECT_TRUE(has(R"({"a":1,"b":2})", R"({"b":2})"));
  EXPECT_TRUE(has(R"({"a":1,"b":2})", R"({"b":2,"a":1})"));
  EXPECT_FALSE(has(R"({"a":1,"b":2})", R"({"a":2})"));
  EXPECT_FALSE(has(R"({"a":1,"b":2})", R"({"a":1,"c":1})"));
  EXPECT_FALSE(has(R"({"a":1})", R"({"a":"1"})"));
  EXPECT_FALSE(has(R"({"a":{"x":1,"y":2}})", R"({"a":{"x":1}})"));
  EXPECT_FALSE(has("{}", R"({"a":null})"));
}

TEST(info_values, keep_names_apart_that_hold_odd_bytes) {
  EXPECT_FALSE(has(R"({"a\u0000b":1})", R"({"a":1})"));
  EXPECT_TRUE(has(R"({"a\u0000b":1})", R"({"a\u0000b":1})"));
}

TEST(as_json, writes_either_encoding_and_refuses_what_is_none) {
  EXPECT_EQ(as_json(json("[1]")), "[1]");
  EXPECT_EQ(as_json(msgpack(R"({"a":[1]})")), R"({"a":[1]})");
  EXPECT_EQ(as_json(payload{encoding::msgpack, "\xc1"}), std::nullopt);
}

} // namespace
} // namespace rookery

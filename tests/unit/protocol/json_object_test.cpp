#include "base/protocol/json_object.hpp"

#include <gtest/gtest.h>

namespace rookery {

namespace {

std::string shown(const json_value& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return "'" + *text + "'";
  if (const auto* number = std::get_if<uint64_t>(&value))
    return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&value))
    return *truth ? "true" : "false";
  return "-";
}

std::string read(std::string_view text) {
  const auto fields = read_json_object(text);
  if (!fields)
    return "refused";
  std::string all;
  for (const auto& one : *fields)
    all += one.name + "=" + shown(one.value) + " ";
  return all;
}

TEST(json_object, has_its_fields_in_their_order) {
  EXPECT_EQ(
      read(R"({"b":"x","a":4505,"c":true,"d":18446744073709551615})"),
      "b='x' a=4505 c=true d=18446744073709551615 ");
  EXPECT_EQ(read(" {} "), "");
}

TEST(json_object, decodes_escapes_in_names_and_texts) {
  EXPECT_EQ(read(R"({"\u0061":"\n\"\u20ac"})"), "a='\n\"\xe2\x82\xac' ");
}

TEST(json_object, holds_nothing_of_other_values) {
  EXPECT_EQ(
      read(R"({"a":null,"b":-1,"c":1.5,"d":[1,{"a":2}],"e":{"a":{"b":1}}})"),
      "a=- b=- c=- d=- e=- ");
}

TEST(json_object, has_fields_of_objects_in_it) {
  const auto fields = read_json_object(
      R"({"a":{"b":1,"c":{"d":2,"b":3},"e":[{"b":4}]},"b":5,"a.x":6})", 2);
  ASSERT_TRUE(fields);
  std::string all;
  for (const auto& one : *fields) {
    const auto* const number = std::get_if<uint64_t>(&one.value);
    all += one.name + "=" + (number ? std::to_string(*number) : "") + " ";
  }
  EXPECT_EQ(all, "a= a.b=1 a.c= a.e= b=5 a.x=6 ");
  EXPECT_FALSE(read_json_object(R"({"a":{"b":1,"b":2}})", 2));
}

TEST(json_object, refuses_what_is_no_object) {
  for (const auto* text : {"", " ", "null", "1", "\"a\"", "[]", "[{}]", "true"})
    EXPECT_EQ(read(text), "refused") << text;
}

TEST(json_object, refuses_what_is_malformed) {
  for (const auto* text :
       {"{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}",
        "{\"a\":1}{}", "{\"a\":1e309}", "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\xff\"}", "{\"a\":01}"})
    EXPECT_EQ(read(text), "refused") << text;
  EXPECT_EQ(read({"{}\0", 3}), "refused");
}

TEST(json_object, refuses_a_field_that_is_given_twice) {
  EXPECT_EQ(read(R"({"a":1,"a":1})"), "refused");
  EXPECT_EQ(read(R"({"a":1,"\u0061":1})"), "refused");
  EXPECT_EQ(read(R"({"a":{"b":1},"b":1})"), "a=- b=1 ");
}

TEST(json_object, does_not_recurse_into_what_is_deep) {
  const std::string deep(50'000, '[');
  EXPECT_EQ(read("{\"a\":" + deep + "}"), "refused");
}

} // namespace

} // namespace rookery

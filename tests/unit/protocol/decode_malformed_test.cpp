#include "base/protocol/decode.hpp"
#include "tests/unit/protocol/independent_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery {
namespace {

using namespace std::literals;
using test::packed;

void expect_malformed(encoding written_in, std::string_view bytes) {
  const auto message = decode(written_in, bytes);
  ASSERT_FALSE(message) << "taken: " << bytes;
  EXPECT_TRUE(message.error().malformed)
      << bytes << ": " << message.error().message;
  EXPECT_NE(message.error().message, "");
}

std::string nested(std::size_t arrays) {
  return R"({"event":"send","user":"u","data":)" + std::string(arrays, '[')
         + std::string(arrays, ']') + '}';
}

/// A ping with one more, unknown field.
std::string ping_with(const std::string& json) {
  return R"({"event":"ping","x":)" + json + "}";
}
std::string packed_ping_with(const std::string& value) {
  return "\x82\xa5"
         "event\xa4ping\xa1x"s
         + value;
}

TEST(decode_nesting, takes_32_levels_and_refuses_33) {
  for (const auto as : {encoding::json, encoding::msgpack}) {
    const auto written = [&](const std::string& json) {
      return as == encoding::json ? json : packed(json);
    };
    EXPECT_TRUE(decode(as, written(nested(31))));
    expect_malformed(as, written(nested(32)));

    const auto objects = [](std::size_t depth) {
      std::string json = "1";
      for (std::size_t i = 0; i < depth; ++i)
        json = R"({"k":)" + json + "}";
      return ping_with(json);
    };
    EXPECT_TRUE(decode(as, written(objects(31))));
    expect_malformed(as, written(objects(32)));
  }
}

TEST(decode_nesting, does_not_recurse_into_what_is_far_too_deep) {
  expect_malformed(encoding::json, nested(1'000'000));
  expect_malformed(encoding::json, std::string(1'000'000, '['));
  expect_malformed(
      encoding::msgpack, packed_ping_with(std::string(1'000'000, '\x91')));
  expect_malformed(
      encoding::msgpack, "\x81\xa1x"s + std::string(1'000'000, '\x81'));
}

TEST(decode_nesting, counts_what_is_open_and_not_what_was) {
  std::string wide = "[";
  for (int i = 0; i < 1000; ++i)
    wide += "[{}],";
  wide += "0]";
  EXPECT_TRUE(decode(encoding::json, ping_with(wide)));
  EXPECT_TRUE(decode(encoding::msgpack, packed(ping_with(wide))));
}

// -- JSON -------------------------------------------------------------------

TEST(decode_malformed_json, is_what_is_no_object) {
  for (const auto* json :
       {"", " ", "null", "1", "\"ping\"", "[]", "true",
        R"([{"event":"ping"}])"})
    expect_malformed(encoding::json, json);
}

TEST(decode_malformed_json, is_what_is_no_json) {
  for (const auto* json :
       {"{", "}", "{]", R"({"event":"ping")", R"({"event":"ping",})",
        R"({'event':'ping'})", R"({event:"ping"})", R"({"event" "ping"})",
        R"({"event":"ping"}})", R"({"event":"ping"} x)",
        R"({"event":"ping"}{"event":"ping"})", "\xef\xbb\xbf{}",
        "{\"event\":\"ping\"/**/}", "// {}\n{}"})
    expect_malformed(encoding::json, json);
  for (const auto* value :
       {"",      "01",      "+1",          ".5",     "1.",        "1e",
        "0x1",   "NaN",     "Infinity",    "-",      "nul",       "True",
        "\"",    "\"\\x\"", "\"\\u12g4\"", "\"\t\"", "[1,]",      "[,1]",
        "[1 2]", "{\"a\"}", "{\"a\":}",    "{1:2}",  "undefined", "1e309"})
    expect_malformed(encoding::json, ping_with(value));
}

TEST(decode_malformed_json, is_nul_outside_of_strings_or_raw_inside) {
  expect_malformed(encoding::json, "{\"event\":\"ping\"}\0"sv);
  expect_malformed(encoding::json, "{\"event\":\"ping\"}\0{}"sv);
  expect_malformed(encoding::json, "{\"event\":\0\"ping\"}"sv);
  expect_malformed(encoding::json, "\0{\"event\":\"ping\"}"sv);
  expect_malformed(encoding::json, "{\"event\":\"ping\0\"}"sv);
}

TEST(decode_malformed_json, is_not_an_escaped_nul) {
  const auto message = decode(
      encoding::json, R"({"event":"send","user":"a\u0000b","data":"\u0000"})");
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<send_request>(message->body).user, "a\0b"sv);
}

TEST(decode_malformed_json, is_half_a_surrogate_pair) {
  for (const std::string escape :
       {R"(\ud800)", R"(\udbff)", R"(\udc00)", R"(\udfff)", R"(\ud800\ud800)",
        R"(\ud800\u0041)", R"(\udc00\ud800)", R"(\ud83d\ude00\ude00)"}) {
    expect_malformed(encoding::json, ping_with('"' + escape + '"'));
    expect_malformed(encoding::json, ping_with("{\"" + escape + "\":1}"));
    expect_malformed(encoding::json, "{\"" + escape + R"(":1,"event":"ping"})");
  }
}

TEST(decode_malformed_json, is_invalid_utf8_anywhere) {
  for (const std::string bytes :
       {"\x80", "\xc0\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xff"}) {
    expect_malformed(encoding::json, ping_with('"' + bytes + '"'));
    expect_malformed(encoding::json, ping_with("{\"" + bytes + "\":1}"));
    expect_malformed(encoding::json, "{\"" + bytes + R"(":1,"event":"ping"})");
    expect_malformed(encoding::json, R"({"event":"ping"})" + bytes);
  }
}

TEST(decode_malformed_json, says_where) {
  const auto message = decode(encoding::json, R"({"event":"ping",})");
  ASSERT_FALSE(message);
  EXPECT_THAT(message.error().message, testing::HasSubstr("(byte 16)"));
}

// -- MessagePack ------------------------------------------------------------

TEST(decode_malformed_msgpack, is_what_is_no_object) {
  const auto all = {""s,        "\xc0"s,   "\x01"s,    "\xa4ping"s,
                    "\x90"s,    "\xc4\0"s, "\xd4\1x"s, "\xcb\0\0\0\0\0\0\0\0"s,
                    "\x91\x80"s};
  for (const auto& bytes : all)
    expect_malformed(encoding::msgpack, bytes);
}

TEST(decode_malformed_msgpack, is_what_is_cut_off_anywhere) {
  const auto whole = packed(
      R"({"event":"publish","id":70000,"topic":"t","data":[1.5,{"a":-200}]})");
  ASSERT_TRUE(decode(encoding::msgpack, whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    expect_malformed(encoding::msgpack, whole.substr(0, size));
}

TEST(decode_malformed_msgpack, is_a_length_that_the_input_does_not_have) {
  const auto values = {
      "\xdb\xff\xff\xff\xff"s
      "ab",
      "\xda\xff\xff"s
      "ab",
      "\xd9\xff"s
      "ab",
      "\xc6\xff\xff\xff\xff"s
      "ab",
      "\xc9\xff\xff\xff\xff\1"s
      "ab",
      "\xdd\xff\xff\xff\xff\1\2"s,
      "\xdf\xff\xff\xff\xff\xa1"
      "a\1"s,
      "\xbf"s
      "ab",
      "\x9f\1"s,
      "\x8f\xa1"
      "a\1"s};
  for (const auto& value : values)
    expect_malformed(encoding::msgpack, packed_ping_with(value));
  expect_malformed(encoding::msgpack, "\xdf\xff\xff\xff\xff"s);
  expect_malformed(
      encoding::msgpack, "\xdf\xff\xff\xff\xff\xa5"
                         "event\xa4ping"s);
}

TEST(decode_malformed_msgpack, is_the_byte_that_was_never_assigned) {
  expect_malformed(encoding::msgpack, "\xc1"s);
  expect_malformed(encoding::msgpack, packed_ping_with("\xc1"));
}

TEST(decode_malformed_msgpack, is_anything_behind_the_message) {
  const auto ping = packed(R"({"event":"ping"})");
  expect_malformed(encoding::msgpack, ping + '\0');
  expect_malformed(encoding::msgpack, ping + ping);
  expect_malformed(encoding::msgpack, ping + "\xc1");
}

TEST(decode_malformed_msgpack, is_a_key_of_the_message_that_is_no_string) {
  const auto keys = {"\1"s,      "\xff"s, "\xc0"s, "\xc3"s,        "\xc4\1k"s,
                     "\xd4\1x"s, "\x90"s, "\x80"s, "\xca\0\0\0\0"s};
  for (const auto& key : keys)
    expect_malformed(
        encoding::msgpack, "\x82\xa5"
                           "event\xa4ping"s
                               + key + "\1");
}

TEST(decode_malformed_msgpack, is_invalid_utf8_in_any_string) {
  for (const std::string bytes :
       {"\x80", "\xc0\x80", "\xc3", "\xed\xa0\x80", "\xf5\x80\x80\x80",
        "abcdefgh\xff"}) {
    const auto text =
        std::string(1, static_cast<char>(0xa0 + bytes.size())) + bytes;
    expect_malformed(encoding::msgpack, packed_ping_with(text));
    expect_malformed(encoding::msgpack, packed_ping_with("\x91" + text));
    expect_malformed(encoding::msgpack, packed_ping_with("\x81" + text + "\1"));
    expect_malformed(
        encoding::msgpack, "\x82\xa5"
                           "event\xa4ping"s
                               + text + "\1");
  }
}

TEST(decode_malformed_msgpack, is_not_nul_in_a_string) {
  const auto message = decode(
      encoding::msgpack, "\x83\xa5"
                         "event\xa4send\xa4user\xa3"
                         "a\0b\xa4"
                         "data\xa1\0"s);
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(std::get<send_request>(message->body).user, "a\0b"sv);
}

TEST(decode_malformed_msgpack, is_json_and_the_other_way_round) {
  expect_malformed(encoding::msgpack, R"({"event":"ping"})");
  expect_malformed(encoding::json, packed(R"({"event":"ping"})"));
}

} // namespace
} // namespace rookery

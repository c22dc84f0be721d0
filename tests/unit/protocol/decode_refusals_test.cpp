#include "base/protocol/decode.hpp"
#include "tests/unit/protocol/independent_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery {
namespace {

using test::packed;
using testing::HasSubstr;

/// What is refused with an error, in both encodings, written as JSON here.
class decode_refusal : public testing::TestWithParam<encoding> {
protected:
  static decode_error refused(const std::string& json) {
    const auto message =
        decode(GetParam(), GetParam() == encoding::json ? json : packed(json));
    if (!message)
      return message.error();
    ADD_FAILURE() << "taken: " << json;
    return {.malformed = true};
  }
  static void expect_bad(
      const std::string& json, const std::string& says, uint32_t id = 0) {
    const auto error = refused(json);
    EXPECT_FALSE(error.malformed) << json;
    EXPECT_EQ(error.code, errc::bad_request) << json;
    EXPECT_EQ(error.id, id) << json;
    EXPECT_THAT(error.message, HasSubstr(says)) << json;
  }
};

INSTANTIATE_TEST_SUITE_P(
    both, decode_refusal, testing::Values(encoding::json, encoding::msgpack),
    [](const auto& tested) {
      return tested.param == encoding::json ? "json" : "msgpack";
    });

TEST_P(decode_refusal, names_an_event_that_is_missing_or_no_string) {
  expect_bad("{}", "`event` is missing");
  expect_bad(R"({"id":3})", "`event` is missing", 3);
  for (const auto* value : {"null", "1", "true", "[]", "{}", R"(["ping"])"})
    expect_bad(
        R"({"event":)" + std::string{value} + "}", "`event` must be a string");
}

TEST_P(decode_refusal, answers_an_unknown_event_with_104) {
  const auto error = refused(R"({"event":"dance","id":12})");
  EXPECT_FALSE(error.malformed);
  EXPECT_EQ(error.code, errc::unknown_event);
  EXPECT_EQ(error.id, 12u);
  EXPECT_EQ(error.message, "no event \"dance\"");
  for (const auto* near :
       {"", "pin", "pingg", "Ping", "ping ", "flow", "reply"})
    EXPECT_EQ(
        refused(R"({"event":")" + std::string{near} + "\"}").code,
        errc::unknown_event)
        << near;
}

TEST_P(decode_refusal, shows_of_an_unknown_event_what_is_short_and_printable) {
  EXPECT_EQ(
      refused(R"({"event":"a\"b\\\u0000\n\u00fc c\u007f"})").message,
      "no event \"a?b\\?????c?\"");
  EXPECT_EQ(
      refused(R"({"event":")" + std::string(5000, 'x') + "\"}").message,
      "no event \"" + std::string(32, 'x') + "...\"");
}

TEST_P(decode_refusal, names_an_id_out_of_range_or_of_another_type) {
  for (const auto* id :
       {"0", "-1", "-0", "4294967296", "18446744073709551615",
        "99999999999999999999", "1.0", "1e0", "\"1\"", "null", "true", "[1]",
        R"({"id":1})"})
    expect_bad(
        R"({"event":"ping","id":)" + std::string{id} + "}",
        "`id` must be an integer from 1 to 4294967295");
}

TEST_P(decode_refusal, tells_the_id_wherever_it_stands) {
  expect_bad(
      R"({"event":"publish","topic":"..","data":1,"id":77})", "`topic`", 77);
  expect_bad(R"({"id":77,"event":"publish","topic":"t"})", "`data`", 77);
  EXPECT_EQ(refused(R"({"event":"?","id":4294967295})").id, 4294967295u);
}

TEST_P(decode_refusal, names_a_topic_that_is_missing_or_no_legal_name) {
  for (const std::string event :
       {"subscribe", "unsubscribe", "publish", "presence", "history"}) {
    const auto with = [&](const std::string& topic) {
      return R"({"event":")" + event + R"(","data":1)" + topic + "}";
    };
    expect_bad(with(""), "`topic` is missing");
    expect_bad(with(R"(,"topic":7)"), "`topic` must be a string");
    expect_bad(with(R"(,"topic":"$sys")"), "`topic` must be 1 to 255 bytes");
    expect_bad(with(R"(,"topic":"")"), "`topic` must be 1 to 255 bytes");
    expect_bad(with(R"(,"topic":"a..b")"), "`topic` must be 1 to 255 bytes");
    expect_bad(
        with(R"(,"topic":")" + std::string(256, 'x') + '"'),
        "`topic` must be 1 to 255 bytes");
  }
  expect_bad(R"({"event":"flow.pause","topic":""})", "`topic` must be 1 to");
  expect_bad(R"({"event":"flow.resume","topic":null})", "`topic` must be a");
}

TEST_P(decode_refusal, names_data_that_is_missing) {
  expect_bad(R"({"event":"publish","topic":"t"})", "`data` is missing");
  expect_bad(R"({"event":"send","user":"u"})", "`data` is missing");
}

TEST_P(decode_refusal, names_what_is_wrong_in_a_change_of_state) {
  expect_bad(R"({"event":"room.set","topic":"t"})", "`patch` is missing");
  for (const auto* patch : {"1", "null", "[]", "\"{}\""})
    expect_bad(
        R"({"event":"room.set","topic":"t","patch":)" + std::string{patch}
            + "}",
        "`patch` must be an object");
  expect_bad(
      R"({"event":"room.set","topic":"t","patch":{},"patch":{}})",
      "`patch` is given twice");
  expect_bad(
      R"({"event":"room.set","topic":"t","patch":{},"if_offset":-1})",
      "`if_offset` must be an integer from 0");
}

TEST_P(decode_refusal, names_a_user_or_token_that_is_missing_or_no_string) {
  expect_bad(R"({"event":"send","data":1})", "`user` is missing");
  expect_bad(
      R"({"event":"send","data":1,"user":5})", "`user` must be a string");
  expect_bad(
      R"({"event":"send","data":1,"user":""})", "`user` may not be empty");
  expect_bad(R"({"event":"auth"})", "`token` is missing");
  expect_bad(R"({"event":"auth","token":false})", "`token` must be a string");
}

TEST_P(decode_refusal, names_a_label_that_is_empty_too_long_or_no_string) {
  for (const std::string label : {"key", "tag"}) {
    const auto with = [&](const std::string& value) {
      return R"({"event":"publish","topic":"t","data":1,")" + label
             + "\":" + value + "}";
    };
    const auto name = '`' + label + '`';
    expect_bad(with("1"), name + " must be a string");
    expect_bad(with("\"\""), name + " must be 1 to 255 bytes long");
    expect_bad(
        with('"' + std::string(256, 'k') + '"'),
        name + " must be 1 to 255 bytes long");
  }
}

TEST_P(decode_refusal, names_a_flag_that_is_neither_true_nor_false) {
  expect_bad(
      R"({"event":"subscribe","topic":"t","snapshot":1})",
      "`snapshot` must be true or false");
  expect_bad(
      R"({"event":"subscribe","topic":"t","must_recover":"true"})",
      "`must_recover` must be true or false");
  expect_bad(
      R"({"event":"history","topic":"t","reverse":null})",
      "`reverse` must be true or false");
}

TEST_P(decode_refusal, names_a_limit_out_of_range_or_of_another_type) {
  for (const auto* limit : {"-1", "4294967296", "1.5", "\"9\"", "null", "{}"})
    expect_bad(
        R"({"event":"history","topic":"t","limit":)" + std::string{limit} + "}",
        "`limit` must be an integer from 0 to 4294967295");
}

TEST_P(decode_refusal, names_what_is_wrong_in_since) {
  for (const std::string event : {"subscribe", "history"}) {
    const auto with = [&](const std::string& since) {
      return R"({"event":")" + event + R"(","topic":"t","since":)" + since
             + "}";
    };
    for (const auto* value : {"null", "5", "\"e\"", "[]", R"([{"offset":1}])"})
      expect_bad(with(value), "`since` must be an object");
    expect_bad(with(R"({"epoch":"e"})"), "`since.offset` is missing");
    expect_bad(with(R"({"offset":1})"), "`since.epoch` is missing");
    expect_bad(with(R"({"epoch":1,"offset":1})"), "`since.epoch` must be a");
    for (const auto* offset :
         {"-1", "\"1\"", "1.0", "null", "18446744073709551616"})
      expect_bad(
          with(R"({"epoch":"e","offset":)" + std::string{offset} + "}"),
          "`since.offset` must be an integer");
  }
}

TEST_P(decode_refusal, names_a_field_that_is_given_twice) {
  expect_bad(R"({"event":"ping","event":"ping"})", "`event` is given twice");
  expect_bad(R"({"id":1,"event":"ping","id":2})", "`id` is given twice", 1);
  expect_bad(
      R"({"event":"publish","topic":"t","data":1,"data":2})",
      "`data` is given twice");
  expect_bad(
      R"({"event":"presence","topic":"t","topic":"t"})",
      "`topic` is given twice");
  expect_bad(
      R"({"event":"subscribe","topic":"t","since":{"epoch":"e","offset":1},)"
      R"("since":{}})",
      "`since` is given twice");
  expect_bad(
      R"({"event":"subscribe","topic":"t",)"
      R"("since":{"epoch":"e","offset":1,"offset":1}})",
      "`since.offset` is given twice");
}

// -- what only MessagePack has ----------------------------------------------

TEST(decode_msgpack_refusal, names_data_that_json_could_not_carry) {
  using namespace std::literals;
  const auto all = {
      std::pair{"\xd4\1x"s, "`data` may not hold ext values"},
      std::pair{"\x91\xc7\0\1"s, "`data` may not hold ext values"},
      std::pair{"\x81\1\2"s, "`data` may hold maps with string keys only"},
      std::pair{"\x81\xc0\2"s, "`data` may hold maps with string keys only"},
      std::pair{"\x81\xc4\1k\2"s, "`data` may hold maps with string keys only"},
      std::pair{
          "\x91\x81\x90\2"s, "`data` may hold maps with string keys only"},
      std::pair{
          "\x81\x81\xa1k\1\2"s, "`data` may hold maps with string keys only"},
      std::pair{"\x81\xd4\1x\2"s, "`data` may not hold ext values"},
  };
  for (const auto& [value, says] : all) {
    const auto message = decode(
        encoding::msgpack, "\x84\xa5"
                           "event\xa4send\xa4user\xa1u\xa4"
                           "data"s
                               + value + "\xa2id\x07");
    ASSERT_FALSE(message);
    EXPECT_FALSE(message.error().malformed) << message.error().message;
    EXPECT_EQ(message.error().code, errc::bad_request);
    EXPECT_EQ(message.error().id, 7u);
    EXPECT_EQ(message.error().message, says);
  }
}

TEST(decode_msgpack_refusal, does_not_mind_such_values_in_other_fields) {
  using namespace std::literals;
  const auto all = {"\xd4\1x"s, "\x81\1\2"s, "\x81\x81\xa2id\1\2"s};
  for (const auto& value : all) {
    const auto message = decode(
        encoding::msgpack, "\x83\xa4"
                           "data"s
                               + value + "\xa1x" + value
                               + "\xa5"
                                 "event\xa4ping");
    EXPECT_TRUE(message) << message.error().message;
  }
}

TEST(decode_msgpack_refusal, does_not_take_bytes_for_text) {
  using namespace std::literals;
  const auto message = decode(
      encoding::msgpack, "\x81\xa5"
                         "event\xc4\4ping"s);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().message, "`event` must be a string");
}

TEST(decode_msgpack_refusal, takes_no_key_of_since_for_a_value_of_it) {
  using namespace std::literals;
  const auto message = decode(
      encoding::msgpack, "\x83\xa5"
                         "event\xa9subscribe\xa5topic\xa1t"
                         "\xa5since\x82\xa5"
                         "epoch\xa1"
                         "e\x05\xa6offset"s);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().message, "`since.offset` is missing");
}

} // namespace
} // namespace rookery

#include "base/protocol/decode.hpp"
#include "tests/unit/protocol/independent_codec.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

using test::packed;

/// Every message in both encodings, written as JSON here.
class decode_message : public testing::TestWithParam<encoding> {
protected:
  static std::string written(const std::string& json) {
    return GetParam() == encoding::json ? json : packed(json);
  }
  static payload data(const std::string& json) {
    return {GetParam(), written(json)};
  }
  template <class Request>
  static Request decoded(const std::string& json, uint32_t id = 0) {
    const auto message = decode(GetParam(), written(json));
    if (!message) {
      ADD_FAILURE() << json << ": " << message.error().message;
      return {};
    }
    EXPECT_EQ(message->id, id) << json;
    if (const auto* request = std::get_if<Request>(&message->body))
      return *request;
    ADD_FAILURE() << json << " is another event";
    return {};
  }
};

INSTANTIATE_TEST_SUITE_P(
    both, decode_message, testing::Values(encoding::json, encoding::msgpack),
    [](const auto& tested) {
      return tested.param == encoding::json ? "json" : "msgpack";
    });

TEST_P(decode_message, auth) {
  const auto request = decoded<auth_request>(
      R"({"event":"auth","id":1,"token":"abc.def.ghi"})", 1);
  EXPECT_EQ(request.token, "abc.def.ghi");
}

TEST_P(decode_message, subscribe) {
  const auto request = decoded<subscribe_request>(
      R"({"event":"subscribe","id":2,"topic":"chat.room-1"})", 2);
  EXPECT_EQ(request.topic, "chat.room-1");
  EXPECT_FALSE(request.since);
  EXPECT_FALSE(request.snapshot);
  EXPECT_FALSE(request.must_recover);
}

TEST_P(decode_message, subscribe_with_a_cursor) {
  const auto request = decoded<subscribe_request>(
      R"({"event":"subscribe","topic":"t","snapshot":true,"must_recover":true,)"
      R"("since":{"epoch":"e-1","offset":18446744073709551615}})");
  EXPECT_EQ(request.since, (position{"e-1", 18446744073709551615u}));
  EXPECT_TRUE(request.snapshot);
  EXPECT_TRUE(request.must_recover);
}

TEST_P(decode_message, unsubscribe) {
  const auto request = decoded<unsubscribe_request>(
      R"({"event":"unsubscribe","id":3,"topic":"t"})", 3);
  EXPECT_EQ(request.topic, "t");
}

TEST_P(decode_message, publish) {
  const auto request = decoded<publish_request>(
      R"({"event":"publish","id":4,"topic":"t","data":{"x":[1,null,"ü"]}})", 4);
  EXPECT_EQ(request.topic, "t");
  EXPECT_EQ(request.data, data(R"({"x":[1,null,"ü"]})"));
  EXPECT_EQ(request.key, "");
  EXPECT_EQ(request.tag, "");
}

TEST_P(decode_message, publish_with_labels_in_any_order) {
  const auto request = decoded<publish_request>(
      R"({"tag":"player-7","data":[],"key":"k-1","topic":"t","id":9,)"
      R"("event":"publish"})",
      9);
  EXPECT_EQ(request.data, data("[]"));
  EXPECT_EQ(request.key, "k-1");
  EXPECT_EQ(request.tag, "player-7");
}

TEST_P(decode_message, publish_of_every_kind_of_value) {
  for (const auto* json :
       {"null", "true", "false", "0", "-1", "1.5", "-2e-3", "\"\"", "\"text\"",
        "\"\\u00fc\\n\\ud83d\\ude00\\u0000\"", "[]", "{}", "[[],{}]",
        R"({"data":{"data":1},"topic":[2],"event":{}})"}) {
    const auto message = R"({"event":"publish","data":)" + std::string{json}
                         + R"(,"topic":"t"})";
    EXPECT_EQ(decoded<publish_request>(message).data, data(json)) << json;
  }
}

TEST_P(decode_message, page_of_presence) {
  const auto request = decoded<presence_request>(
      R"({"event":"presence","id":5,"topic":"t","limit":7,"after":"u7"})", 5);
  EXPECT_EQ(request.limit, 7u);
  EXPECT_EQ(request.after, "u7");
}

TEST_P(decode_message, set) {
  const auto request = decoded<set_request>(
      R"({"event":"room.set","id":6,"topic":"t","patch":{"a":[1]},)"
      R"("if_offset":18446744073709551615,"key":"k"})",
      6);
  EXPECT_EQ(request.topic, "t");
  EXPECT_EQ(request.patch, data(R"({"a":[1]})"));
  EXPECT_EQ(request.if_offset, ~uint64_t{0});
  EXPECT_EQ(request.key, "k");
  const auto plain =
      decoded<set_request>(R"({"patch":{},"event":"room.set","topic":"t"})");
  EXPECT_EQ(plain.patch, data("{}"));
  EXPECT_EQ(plain.if_offset, std::nullopt);
}

TEST_P(decode_message, data_and_patch_in_one_are_kept_apart) {
  const auto request = decoded<publish_request>(
      R"({"event":"publish","patch":{"a":[{}]},"data":{"b":2},"topic":"t"})");
  EXPECT_EQ(request.data, data(R"({"b":2})"));
}

TEST_P(decode_message, presence) {
  const auto request = decoded<presence_request>(
      R"({"event":"presence","id":5,"topic":"t"})", 5);
  EXPECT_EQ(request.topic, "t");
}

TEST_P(decode_message, history) {
  const auto request = decoded<history_request>(
      R"({"event":"history","id":6,"topic":"t","limit":4294967295,)"
      R"("since":{"offset":7,"epoch":""},"reverse":true})",
      6);
  EXPECT_EQ(request.topic, "t");
  EXPECT_EQ(request.since, (position{"", 7}));
  EXPECT_EQ(request.limit, 4294967295u);
  EXPECT_TRUE(request.reverse);
}

TEST_P(decode_message, history_with_nothing_else_said) {
  const auto request =
      decoded<history_request>(R"({"event":"history","topic":"t"})");
  EXPECT_FALSE(request.since);
  EXPECT_EQ(request.limit, 100u);
  EXPECT_FALSE(request.reverse);
}

TEST_P(decode_message, send) {
  const auto request = decoded<send_request>(
      R"({"event":"send","id":7,"user":"user-b","data":"hi"})", 7);
  EXPECT_EQ(request.user, "user-b");
  EXPECT_EQ(request.data, data("\"hi\""));
}

TEST_P(decode_message, ping) {
  decoded<ping_request>(R"({"event":"ping"})");
  decoded<ping_request>(R"({"event":"ping","id":8})", 8);
}

TEST_P(decode_message, flow_of_one_topic_or_all) {
  const auto pause =
      decoded<flow_request>(R"({"event":"flow.pause","topic":"t"})");
  EXPECT_TRUE(pause.pause);
  EXPECT_EQ(pause.topic, "t");
  const auto resume = decoded<flow_request>(R"({"event":"flow.resume"})");
  EXPECT_FALSE(resume.pause);
  EXPECT_EQ(resume.topic, "");
}

TEST_P(decode_message, ignores_fields_that_the_event_does_not_have) {
  const auto request = decoded<unsubscribe_request>(
      R"({"since":{"epoch":[{"offset":{}}],"offset":"x","more":{"epoch":1}},)"
      R"("event":"unsubscribe","data":{"topic":"wrong"},"limit":-1,"a":[[1]],)"
      R"("key":7,"":0,"since.epoch":1,"key":8,"topic":"t","topics":"wrong"})");
  EXPECT_EQ(request.topic, "t");
}

TEST_P(decode_message, ignores_unknown_fields_of_since) {
  const auto request = decoded<subscribe_request>(
      R"({"event":"subscribe","topic":"t","since":{"topic":"x","more":)"
      R"({"epoch":"x","offset":1},"epoch":"e","data":[],"offset":3}})");
  EXPECT_EQ(request.since, (position{"e", 3}));
}

TEST_P(decode_message, reads_ids_of_their_whole_range) {
  decoded<ping_request>(R"({"id":1,"event":"ping"})", 1);
  decoded<ping_request>(R"({"id":4294967295,"event":"ping"})", 4294967295u);
}

// -- what only JSON has -----------------------------------------------------

TEST(decode_json, keeps_the_bytes_of_data_untouched) {
  const auto message = decode(
      encoding::json,
      " { \"event\" : \"publish\" ,\n\t\"data\"\r\n:\t "
      "{ \"a\" : [ 1.50 , \"\\u0041:\" ] }\t , \"topic\":\"t\"} ");
  ASSERT_TRUE(message);
  EXPECT_EQ(
      std::get<publish_request>(message->body).data.bytes,
      "{ \"a\" : [ 1.50 , \"\\u0041:\" ] }");
}

TEST(decode_json, keeps_numbers_as_they_are_written) {
  for (const std::string number :
       {"1.0000000000000000000000001", "123456789012345678901234567890", "-0",
        "1E+2", "1.8e308", "1e-999"}) {
    const auto message = decode(
        encoding::json, R"({"event":"send","user":"u","data":)" + number + "}");
    ASSERT_TRUE(message) << number << ": " << message.error().message;
    EXPECT_EQ(std::get<send_request>(message->body).data.bytes, number);
  }
}

TEST(decode_json, reads_escapes_in_keys_and_values) {
  const auto message = decode(
      encoding::json,
      R"({"\u0065vent":"\u0073end","us\u0065r":"\ud83d\ude00\"","d\u0061ta":1})");
  ASSERT_TRUE(message) << message.error().message;
  const auto& request = std::get<send_request>(message->body);
  EXPECT_EQ(request.user, "\xf0\x9f\x98\x80\"");
  EXPECT_EQ(request.data.bytes, "1");
}

// -- what only MessagePack has ----------------------------------------------

TEST(decode_msgpack, reads_integers_and_strings_of_every_width) {
  using namespace std::literals;
  const auto id_5 = {
      "\x05"s,
      "\xcc\x05"s,
      "\xcd\0\x05"s,
      "\xce\0\0\0\x05"s,
      "\xcf\0\0\0\0\0\0\0\x05"s,
      "\xd0\x05"s,
      "\xd1\0\x05"s,
      "\xd2\0\0\0\x05"s,
      "\xd3\0\0\0\0\0\0\0\x05"s};
  const auto ping = {
      "\xa4ping"s, "\xd9\4ping"s, "\xda\0\4ping"s, "\xdb\0\0\0\4ping"s};
  for (const auto& id : id_5) {
    for (const auto& event : ping) {
      const auto message = decode(
          encoding::msgpack, "\xde\0\2\xd9\2id"s + id
                                 + "\xa5"
                                   "event"
                                 + event);
      ASSERT_TRUE(message) << message.error().message;
      EXPECT_EQ(message->id, 5u);
    }
  }
}

TEST(decode_msgpack, notes_where_data_is_behind_values_of_every_format) {
  using namespace std::literals;
  const auto formats = {
      "\xc0"s,
      "\xc2"s,
      "\xc3"s,
      "\xc4\2ab"s,
      "\xc5\0\2ab"s,
      "\xc6\0\0\0\2ab"s,
      "\xc7\2\7ab"s,
      "\xc8\0\2\7ab"s,
      "\xc9\0\0\0\2\7ab"s,
      "\xca\0\0\0\0"s,
      "\xcb\0\0\0\0\0\0\0\0"s,
      "\xd4\7a"s,
      "\xd5\7ab"s,
      "\xd6\7abcd"s,
      "\xd7\7"
      "abcdefgh"s,
      "\xd8\7"
      "abcdefghabcdefgh"s,
      "\xdc\0\1\x01"s,
      "\xdd\0\0\0\1\x01"s,
      "\xde\0\1\xa0\x01"s,
      "\xdf\0\0\0\1\xa0\x01"s,
      "\x90"s,
      "\x80"s,
      "\xff"s,
      "\xd0\xff"s,
      "\xc4\0"s,
      "\xc7\0\7"s,
      "\xdc\0\0"s};
  for (const auto& value : formats) {
    const auto message = decode(
        encoding::msgpack, "\x84\xa1x"s + value
                               + "\xa5"
                                 "event\xa4send\xa4"
                                 "data\x93\1\2\3"
                                 "\xa4user\xa1u");
    ASSERT_TRUE(message) << message.error().message;
    EXPECT_EQ(std::get<send_request>(message->body).data.bytes, "\x93\1\2\3");
  }
}

TEST(decode_msgpack, takes_binary_data_and_odd_doubles) {
  using namespace std::literals;
  const auto all = {
      "\xc4\3\0\xff\x80"s, "\xcb\x7f\xf8\0\0\0\0\0\0"s,
      "\x81\xa1"
      "b\xc4\1\xff"s};
  for (const auto& value : all) {
    const auto message = decode(
        encoding::msgpack, "\x83\xa5"
                           "event\xa4send\xa4user\xa1u\xa4"
                           "data"s
                               + value);
    ASSERT_TRUE(message) << message.error().message;
    EXPECT_EQ(
        std::get<send_request>(message->body).data,
        (payload{encoding::msgpack, value}));
  }
}

} // namespace
} // namespace rookery

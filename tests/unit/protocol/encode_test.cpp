#include "base/protocol/encode.hpp"
#include "tests/unit/protocol/independent_codec.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

using test::packed;
using test::unpacked;

payload json(std::string bytes) {
  return {encoding::json, std::move(bytes)};
}

template <class Message>
std::string encoded(encoding as, const Message& message) {
  std::string out;
  encode(as, message, out);
  return out;
}

/// The message in JSON, and the same fields in the same order in MessagePack.
template <class Message>
void expect_written(const Message& message, const std::string& expected) {
  EXPECT_EQ(encoded(encoding::json, message), expected);
  EXPECT_EQ(unpacked(encoded(encoding::msgpack, message)), expected);
}

// -- events -----------------------------------------------------------------

TEST(encode_event, message) {
  message_event message{
      .topic = "chat.room-1",
      .offset = 91,
      .data = json(R"({"text":"hi"})"),
      .user = "user-abc",
      .at = 1767261600123};
  expect_written(
      message, R"({"event":"message","topic":"chat.room-1","offset":91,)"
               R"("data":{"text":"hi"},"user":"user-abc","at":1767261600123})");
  message.offset.reset();
  expect_written(
      message, R"({"event":"message","topic":"chat.room-1",)"
               R"("data":{"text":"hi"},"user":"user-abc","at":1767261600123})");
}

TEST(encode_event, joined) {
  joined_event joined{
      .topic = "t", .offset = 92, .user = "user-abc", .info = json("[1]")};
  expect_written(
      joined, R"({"event":"joined","topic":"t","offset":92,)"
              R"("member":{"user":"user-abc","info":[1]}})");
  joined.offset.reset();
  joined.info.reset();
  expect_written(
      joined, R"({"event":"joined","topic":"t","member":{"user":"user-abc"}})");
}

TEST(encode_event, left) {
  expect_written(
      left_event{
          .topic = "t", .offset = 93, .user = "user-abc", .reason = "closed"},
      R"({"event":"left","topic":"t","offset":93,)"
      R"("member":{"user":"user-abc"},"reason":"closed"})");
  expect_written(
      left_event{.topic = "t", .user = "u"},
      R"({"event":"left","topic":"t","member":{"user":"u"}})");
}

TEST(encode_event, snapshot) {
  snapshot_event snapshot{
      .topic = "t",
      .at = {"e-1", 90},
      .members =
          {{.user = "a", .info = json("{}"), .connections = 2, .since = 7},
           {.user = "b", .since = 0, .held = true}},
      .count = 2};
  const std::string up_to_state =
      R"({"event":"snapshot","topic":"t","epoch":"e-1","offset":90,)"
      R"("state":{"members":[)"
      R"({"user":"a","info":{},"connections":2,"since":7,"held":false},)"
      R"({"user":"b","connections":0,"since":0,"held":true}],"count":2,"state":)";
  expect_written(snapshot, up_to_state + "null}}");
  snapshot.state = json(R"({"round":3})");
  expect_written(snapshot, up_to_state + R"({"round":3}}})");
}

TEST(encode_event, state) {
  expect_written(
      state_event{
          .topic = "t",
          .offset = 7,
          .patch = json(R"({"a":null})"),
          .user = "u",
          .at = 5},
      R"({"event":"state","topic":"t","offset":7,"patch":{"a":null},)"
      R"("user":"u","at":5})");
}

TEST(encode_event, members) {
  expect_written(
      members_event{.topic = "t", .count = 12345},
      R"({"event":"members","topic":"t","count":12345})");
}

TEST(encode_event, gap) {
  expect_written(
      gap_event{
          .topic = "t", .range = offset_range{42, 60}, .reason = "overflow"},
      R"({"event":"gap","topic":"t","from":42,"to":60,"reason":"overflow"})");
  expect_written(
      gap_event{.topic = "t", .dropped = 19, .reason = "overflow"},
      R"({"event":"gap","topic":"t","dropped":19,"reason":"overflow"})");
}

TEST(encode_event, live) {
  expect_written(
      live_event{.topic = "t", .offset = 93},
      R"({"event":"live","topic":"t","offset":93})");
  expect_written(live_event{.topic = "t"}, R"({"event":"live","topic":"t"})");
}

TEST(encode_event, welcome) {
  expect_written(
      welcome_event{
          .connection = "c-1",
          .session = "s",
          .user = "user-abc",
          .node = "n-1",
          .ping_interval_ms = 25000,
          .max_message_bytes = 65536,
          .server = "rookery/0.1.0"},
      R"({"event":"welcome","connection":"c-1","session":"s",)"
      R"("user":"user-abc","node":"n-1","ping_interval_ms":25000,)"
      R"("max_message_bytes":65536,"server":"rookery/0.1.0"})");
}

TEST(encode_event, direct) {
  expect_written(
      direct_event{.user = "user-a", .data = json("null")},
      R"({"event":"direct","user":"user-a","data":null})");
}

TEST(encode_event, what_is_only_a_name) {
  expect_written(pong_event{}, R"({"event":"pong"})");
  expect_written(flow_pause_event{}, R"({"event":"flow.pause"})");
  expect_written(flow_resume_event{}, R"({"event":"flow.resume"})");
}

TEST(encode_event, flow_pause_with_a_reason) {
  expect_written(
      flow_pause_event{"server overloaded"},
      R"({"event":"flow.pause","reason":"server overloaded"})");
}

TEST(encode_event, reconnect) {
  expect_written(
      reconnect_event{.reason = "drain", .after_ms = 1200, .window_ms = 30000},
      R"({"event":"reconnect","reason":"drain","after_ms":1200,)"
      R"("window_ms":30000})");
}

// -- answers ----------------------------------------------------------------

TEST(encode_reply, ok) {
  expect_written(ok_reply{8}, R"({"event":"reply","id":8})");
}

TEST(encode_reply, subscribed) {
  expect_written(
      subscribed_reply{.id = 2, .topic = "t", .kind = "topic"},
      R"({"event":"reply","id":2,"topic":"t","kind":"topic"})");
  subscribed_reply reply{
      .id = 2,
      .topic = "t",
      .kind = "room",
      .newest = position{"e", 91},
      .mode = subscribe_mode::replay,
      .recovered = true};
  expect_written(
      reply, R"({"event":"reply","id":2,"topic":"t","kind":"room",)"
             R"("epoch":"e","offset":91,"mode":"replay","recovered":true})");
  reply.mode = subscribe_mode::snapshot;
  reply.recovered = false;
  expect_written(
      reply, R"({"event":"reply","id":2,"topic":"t","kind":"room",)"
             R"("epoch":"e","offset":91,"mode":"snapshot","recovered":false})");
  reply.mode = subscribe_mode::live;
  reply.recovered.reset();
  expect_written(
      reply, R"({"event":"reply","id":2,"topic":"t","kind":"room",)"
             R"("epoch":"e","offset":91,"mode":"live"})");
}

TEST(encode_reply, unsubscribed) {
  expect_written(
      unsubscribed_reply{.id = 3, .topic = "t"},
      R"({"event":"reply","id":3,"topic":"t"})");
}

TEST(encode_reply, published) {
  expect_written(
      published_reply{.id = 4294967295, .at = position{"e", UINT64_MAX}},
      R"({"event":"reply","id":4294967295,"epoch":"e",)"
      R"("offset":18446744073709551615})");
  expect_written(published_reply{.id = 4}, R"({"event":"reply","id":4})");
}

TEST(encode_reply, page_of_presence) {
  expect_written(
      presence_reply{.id = 5, .count = 9, .members = {}, .next = "u7"},
      R"({"event":"reply","id":5,"count":9,"members":[],"next":"u7"})");
}

TEST(encode_reply, presence) {
  expect_written(
      presence_reply{
          .id = 5,
          .count = 2,
          .members =
              {{.user = "a", .connections = 1, .since = 3},
               {.user = "b", .connections = 2}}},
      R"({"event":"reply","id":5,"count":2,"members":[)"
      R"({"user":"a","connections":1,"since":3,"held":false},)"
      R"({"user":"b","connections":2,"held":false}]})");
  expect_written(
      presence_reply{.id = 5},
      R"({"event":"reply","id":5,"count":0,"members":[]})");
}

TEST(encode_reply, history) {
  expect_written(
      history_reply{
          .id = 6,
          .messages =
              {{.topic = "t",
                .offset = 1,
                .data = json("1"),
                .user = "a",
                .at = 5},
               {.topic = "t",
                .offset = 4,
                .data = json("2"),
                .user = "b",
                .at = -1}},
          .newest = {"e", 4}},
      R"({"event":"reply","id":6,"messages":[)"
      R"({"event":"message","topic":"t","offset":1,"data":1,"user":"a","at":5},)"
      R"({"event":"message","topic":"t","offset":4,"data":2,"user":"b","at":-1})"
      R"(],"epoch":"e","offset":4})");
}

TEST(encode_reply, history_of_more_than_a_short_array_holds) {
  history_reply reply{.id = 6, .newest = {"e", 99}};
  reply.messages.resize(70'000, {.topic = "t", .data = json("0"), .user = "u"});
  EXPECT_EQ(
      unpacked(encoded(encoding::msgpack, reply)),
      encoded(encoding::json, reply));
}

TEST(encode_reply, sent) {
  expect_written(
      sent_reply{.id = 7, .connections = 3},
      R"({"event":"reply","id":7,"connections":3})");
}

TEST(encode_reply, error) {
  error_reply error{
      .id = 4,
      .code = errc::permission_denied,
      .message = "publish to chat.room-1 is not allowed"};
  expect_written(
      error, R"({"event":"error","id":4,"code":103,)"
             R"("error":"permission_denied",)"
             R"("message":"publish to chat.room-1 is not allowed"})");
  error.id = 0;
  expect_written(
      error, R"({"event":"error","code":103,"error":"permission_denied",)"
             R"("message":"publish to chat.room-1 is not allowed"})");
}

// -- strings and payloads ---------------------------------------------------

TEST(encode, escapes_what_json_wants_escaped) {
  using namespace std::literals;
  expect_written(
      left_event{.topic = "t", .user = "\"\\/\b\f\n\r\t\0\x1f\x7fü\U0001f600"s},
      "{\"event\":\"left\",\"topic\":\"t\",\"member\":{\"user\":"
      "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\x7fü\U0001f600\"}}");
}

TEST(encode, writes_strings_longer_than_its_buffer) {
  for (const std::size_t size : {31u, 32u, 255u, 256u, 257u, 65535u, 65536u}) {
    const std::string user(size, 'u');
    expect_written(
        direct_event{.user = user, .data = json("1")},
        R"({"event":"direct","user":")" + user + R"(","data":1})");
  }
}

TEST(encode, appends_to_what_is_there) {
  for (const auto as : {encoding::json, encoding::msgpack}) {
    std::string out = "before";
    encode(as, pong_event{}, out);
    encode(as, ok_reply{1}, out);
    EXPECT_EQ(
        out, "before" + encoded(as, pong_event{}) + encoded(as, ok_reply{1}));
  }
}

TEST(encode, copies_a_payload_of_its_own_encoding_untouched) {
  const std::string spaced = "[ 1.50 ,\t\"\\u0041\" ]";
  EXPECT_EQ(
      encoded(encoding::json, direct_event{.user = "u", .data = json(spaced)}),
      R"({"event":"direct","user":"u","data":)" + spaced + '}');
  const std::string wide{"\xdd\0\0\0\1\xd1\0\1", 8};
  EXPECT_EQ(
      encoded(
          encoding::msgpack,
          direct_event{.user = "u", .data = {encoding::msgpack, wide}}),
      "\x83\xa5"
      "event\xa6"
      "direct\xa4user\xa1u\xa4"
      "data"
          + wide);
}

TEST(encode, transcodes_a_payload_of_the_other_encoding) {
  const std::string data = R"({"a":[1,-2,2.5,null,true,"ü"],"b":{}})";
  expect_written(
      direct_event{.user = "u", .data = json(data)},
      R"({"event":"direct","user":"u","data":)" + data + '}');
  expect_written(
      direct_event{.user = "u", .data = {encoding::msgpack, packed(data)}},
      R"({"event":"direct","user":"u","data":)" + data + '}');
}

TEST(encode, writes_null_for_a_payload_that_is_none) {
  const std::string null = R"({"event":"direct","user":"u","data":null})";
  expect_written(direct_event{.user = "u"}, null);
  EXPECT_EQ(
      encoded(
          encoding::json,
          direct_event{.user = "u", .data = {encoding::msgpack, "\xc1"}}),
      null);
  EXPECT_EQ(
      unpacked(encoded(
          encoding::msgpack, direct_event{.user = "u", .data = json("[1")})),
      null);
}

} // namespace
} // namespace rookery

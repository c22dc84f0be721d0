// Class 5 of the Autobahn suite: fragmentation.
#include "tests/unit/ws/play.hpp"

#include <gtest/gtest.h>

namespace rookery::ws::test {
namespace {

std::string ping(std::string_view payload) {
  return client_frame(opcode::ping, payload);
}

TEST(ws_class_5, control_frames_may_not_be_fragmented) {
  for (const auto op : {opcode::ping, opcode::pong, opcode::close}) {
    expect_events(
        first(op, "fragment1") + last("fragment2"),
        {"broken 1002 control frame is fragmented"});
  }
}

TEST(ws_class_5, a_text_in_two_fragments_arrives_as_one) {
  expect_events(
      first(opcode::text, "fragment1") + last("fragment2"),
      {"text fragment1fragment2"});
}

TEST(ws_class_5, a_binary_message_in_fragments_arrives_as_one) {
  expect_events(
      first(opcode::binary, "\xff") + middle("\xfe") + last("\xfd"),
      {"binary \xff\xfe\xfd"});
}

TEST(ws_class_5, a_ping_between_fragments_comes_first) {
  expect_events(
      first(opcode::text, "fragment1") + ping("ping payload")
          + last("fragment2"),
      {"ping ping payload", "text fragment1fragment2"});
}

TEST(ws_class_5, a_continuation_needs_a_message_to_continue) {
  const events refusal{"broken 1002 continuation of no message"};
  expect_events(last("non-continuation") + text("Hello, world!"), refusal);
  expect_events(middle("non-continuation") + text("Hello, world!"), refusal);
}

TEST(ws_class_5, a_message_that_ended_cannot_be_continued) {
  expect_events(
      first(opcode::text, "a") + last("b") + last("c"),
      {"text ab", "broken 1002 continuation of no message"});
  expect_events(
      text("ab") + middle("c"),
      {"text ab", "broken 1002 continuation of no message"});
}

TEST(ws_class_5, a_message_may_not_begin_within_another) {
  const events refusal{"broken 1002 message within a message"};
  expect_events(first(opcode::text, "a") + text("b"), refusal);
  expect_events(
      first(opcode::text, "a") + first(opcode::binary, "b") + last("c"),
      refusal);
}

TEST(ws_class_5, many_fragments_and_pings_keep_their_places) {
  expect_events(
      first(opcode::text, "fragment1") + middle("fragment2") + ping("pongme 1!")
          + middle("fragment3") + middle("fragment4") + ping("pongme 2!")
          + last("fragment5"),
      {"ping pongme 1!", "ping pongme 2!",
       "text fragment1fragment2fragment3fragment4fragment5"});
}

TEST(ws_class_5, the_next_message_is_not_touched_by_the_one_before) {
  expect_events(
      first(opcode::text, "a") + last("b") + text("c")
          + first(opcode::binary, "d") + last("e"),
      {"text ab", "text c", "binary de"});
}

TEST(ws_class_5, empty_fragments_are_fragments) {
  expect_events(first(opcode::text, "") + middle("") + last(""), {"text "});
  expect_events(
      first(opcode::text, "") + middle("middle") + last(""), {"text middle"});
  expect_events(
      first(opcode::text, "") + ping("") + last("end"), {"ping ", "text end"});
}

TEST(ws_class_5, a_close_within_a_message_drops_the_message) {
  expect_events(
      first(opcode::text, "never") + client_frame(opcode::close, "")
          + last("ended"),
      {"close 1005 "});
}

TEST(ws_class_5, a_long_message_may_come_in_single_octets) {
  std::string bytes = first(opcode::text, "");
  std::string whole;
  for (int i = 0; i < 2000; ++i) {
    whole += static_cast<char>('a' + i % 26);
    bytes += middle(whole.substr(whole.size() - 1));
  }
  expect_events(bytes + last(""), {"text " + whole});
}

} // namespace
} // namespace rookery::ws::test

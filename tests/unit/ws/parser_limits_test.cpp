// Classes 9 and 10 of the Autobahn suite, and the bounds: large messages,
// messages above the limit, and a sink that stops the parser.
#include "tests/unit/ws/play.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace rookery::ws::test {
namespace {

const events too_big{"broken 1009 message is too big"};

std::string letters(std::size_t size) {
  std::string made(size, ' ');
  for (std::size_t i = 0; i < size; ++i)
    made[i] = static_cast<char>('a' + (i + i / 26) % 26);
  return made;
}

TEST(ws_class_9, a_message_of_megabytes_arrives_whole) {
  const auto payload = letters(4 * 1024 * 1024);
  for (const std::size_t piece : {std::size_t{SIZE_MAX}, std::size_t{70'000}}) {
    const auto seen = play(text(payload), {.piece_bytes_max = piece});
    EXPECT_TRUE(seen == events{"text " + payload});
  }
}

TEST(ws_class_9, a_message_of_megabytes_arrives_in_fragments_of_any_size) {
  const auto payload = letters(1024 * 1024);
  for (const std::size_t fragment : {64u, 4096u, 65536u, 300'000u}) {
    auto bytes = first(opcode::binary, "");
    for (std::size_t at = 0; at < payload.size(); at += fragment)
      bytes += middle(std::string_view{payload}.substr(at, fragment));
    bytes += last("");
    EXPECT_TRUE(
        play(bytes, {.piece_bytes_max = 9000}) == events{"binary " + payload});
  }
}

TEST(ws_class_10, a_message_may_be_fragmented_by_its_sender_at_will) {
  const auto payload = letters(65536);
  auto bytes = first(opcode::text, std::string_view{payload}.substr(0, 1300));
  for (std::size_t at = 1300; at < payload.size(); at += 1300)
    bytes += middle(std::string_view{payload}.substr(at, 1300));
  expect_events(bytes + last(""), {"text " + payload});
}

TEST(ws_limit, a_message_of_just_the_limit_arrives) {
  const auto payload = letters(1000);
  const play_options limit{.message_bytes_max = 1000};
  expect_events(text(payload), {"text " + payload}, limit);
  expect_events(
      first(opcode::text, payload.substr(0, 999)) + last(payload.substr(999)),
      {"text " + payload}, limit);
}

TEST(ws_limit, one_octet_more_is_refused_from_the_header_alone) {
  const auto frame = text(letters(1001));
  expect_events(frame.substr(0, 8), too_big, {.message_bytes_max = 1000});
  expect_events(frame, too_big, {.message_bytes_max = 1000});
}

TEST(ws_limit, fragments_are_counted_together) {
  expect_events(
      first(opcode::text, letters(600)) + last(letters(401)).substr(0, 8),
      too_big, {.message_bytes_max = 1000});
}

TEST(ws_limit, a_length_of_exabytes_is_refused) {
  const std::string length = "\xff\x7f\xff\xff\xff\xff\xff\xff\xff";
  const std::string key = "kkkk";
  expect_events("\x82" + length + key, too_big);
  expect_events(first(opcode::text, "begun") + "\x80" + length + key, too_big);
}

TEST(ws_limit, control_frames_do_not_count) {
  const auto payload = letters(100);
  expect_events(
      first(opcode::text, payload) + client_frame(opcode::ping, payload)
          + last(""),
      {"ping " + payload, "text " + payload}, {.message_bytes_max = 100});
}

/// Counts what it gets and asks the test whether to go on.
class asking_sink final : public parser_sink {
public:
  using question = std::function<bool(std::string_view)>;

  explicit asking_sink(question go_on)
      : go_on_(std::move(go_on)) {}

  bool on_message(opcode, std::string_view payload) override {
    return add(payload);
  }
  bool on_ping(std::string_view payload) override { return add(payload); }
  bool on_pong(std::string_view payload) override { return add(payload); }
  void on_close(close_code, std::string_view) override { add({}); }

  int calls = 0;

private:
  bool add(std::string_view payload) {
    ++calls;
    return go_on_(payload);
  }

  question go_on_;
};

bool never(std::string_view) {
  return false;
}

struct parser_stop : ::testing::Test {
  parse_result feed(std::string& bytes, parser_sink& sink) {
    return subject.feed(bytes, sink, context);
  }

  parser subject{false};
  parser_context context{1000, {}};
};

TEST_F(parser_stop, leaves_untouched_what_was_not_handed_out) {
  asking_sink sink{never};
  const auto one = text("one");
  const auto rest = client_frame(opcode::ping, "two") + text("three");
  auto bytes = one + rest;
  const auto result = feed(bytes, sink);
  EXPECT_EQ(result.state, parse_state::stopped);
  EXPECT_EQ(result.consumed, one.size());
  EXPECT_EQ(bytes.substr(one.size()), rest);
  EXPECT_EQ(sink.calls, 1);
}

TEST_F(parser_stop, at_the_last_message_leaves_nothing) {
  asking_sink sink{never};
  auto bytes = text("only");
  const auto result = feed(bytes, sink);
  EXPECT_EQ(result.state, parse_state::stopped);
  EXPECT_EQ(result.consumed, bytes.size());
}

TEST_F(parser_stop, is_not_needed_where_there_are_no_bytes) {
  asking_sink sink{never};
  const auto result = subject.feed({}, sink, context);
  EXPECT_EQ(result.state, parse_state::more);
  EXPECT_EQ(result.consumed, 0u);
  EXPECT_EQ(sink.calls, 0);
}

TEST_F(parser_stop, by_an_exception_leaves_a_parser_that_can_go_on) {
  asking_sink sink{[](std::string_view payload) {
    if (payload == "bad")
      throw std::runtime_error{"thrown by the test"};
    return true;
  }};
  auto bad = first(opcode::text, "b") + last("ad");
  EXPECT_THROW((void)feed(bad, sink), std::runtime_error);
  auto good = text("good");
  EXPECT_EQ(feed(good, sink).state, parse_state::more);
  EXPECT_EQ(sink.calls, 2);
}

TEST(parser, may_move_in_the_middle_of_a_message) {
  parser before{false};
  parser_context context{1000, {}};
  std::string seen;
  asking_sink sink{[&seen](std::string_view payload) {
    seen = payload;
    return true;
  }};
  auto start = first(opcode::text, "mov") + last("ed").substr(0, 7);
  ASSERT_EQ(before.feed(start, sink, context).state, parse_state::more);
  parser after = std::move(before);
  auto end = last("ed").substr(7);
  ASSERT_EQ(after.feed(end, sink, context).state, parse_state::more);
  EXPECT_EQ(seen, "moved");
}

} // namespace
} // namespace rookery::ws::test

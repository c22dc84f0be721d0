// Classes 1 to 4 of the Autobahn suite: framing, pings and pongs, reserved
// bits, opcodes.
#include "tests/unit/ws/play.hpp"

#include <gtest/gtest.h>

namespace rookery::ws::test {
namespace {

using namespace std::string_literals;

class sizes : public ::testing::TestWithParam<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(
    ws_class_1, sizes,
    ::testing::Values(0, 1, 125, 126, 127, 128, 65535, 65536, 100'000));

TEST_P(sizes, a_text_of_this_size_arrives) {
  const std::string payload(GetParam(), '*');
  expect_events(text(payload), {"text " + payload});
}

TEST_P(sizes, a_binary_message_of_this_size_arrives) {
  const std::string payload(GetParam(), '\xfe');
  expect_events(client_frame(opcode::binary, payload), {"binary " + payload});
}

TEST(ws_class_1, the_masked_frame_of_the_rfc_says_hello) {
  // RFC 6455, section 5.7.
  expect_events("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", {"text Hello"});
}

TEST(ws_class_1, many_messages_in_one_buffer_arrive_in_order) {
  std::string bytes;
  events expected;
  for (int i = 0; i < 300; ++i) {
    bytes += text(std::to_string(i));
    expected.push_back("text " + std::to_string(i));
  }
  expect_events(bytes, expected);
}

TEST(ws_class_2, a_ping_without_payload_arrives) {
  expect_events(client_frame(opcode::ping, ""), {"ping "});
}

TEST(ws_class_2, a_ping_carries_any_octets) {
  const auto payload = "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"s;
  expect_events(client_frame(opcode::ping, payload), {"ping " + payload});
}

TEST(ws_class_2, a_ping_of_125_octets_is_the_longest) {
  const std::string longest(125, '\xfe');
  expect_events(client_frame(opcode::ping, longest), {"ping " + longest});
  expect_events(
      client_frame(opcode::ping, longest + "x"),
      {"broken 1002 control frame is longer than 125 bytes"});
}

TEST(ws_class_2, an_unsolicited_pong_does_not_disturb_a_ping) {
  expect_events(client_frame(opcode::pong, ""), {"pong "});
  expect_events(
      client_frame(opcode::pong, "unsolicited")
          + client_frame(opcode::ping, "p"),
      {"pong unsolicited", "ping p"});
}

TEST(ws_class_2, ten_pings_at_once_arrive_in_order) {
  std::string bytes;
  events expected;
  for (int i = 0; i < 10; ++i) {
    bytes += client_frame(opcode::ping, "payload-" + std::to_string(i));
    expected.push_back("ping payload-" + std::to_string(i));
  }
  expect_events(bytes, expected);
}

/// A frame with these reserved bits: 4 is RSV1, 2 is RSV2, 1 is RSV3.
std::string reserved(unsigned bits, opcode op, std::string_view payload) {
  auto frame = client_frame(op, payload);
  frame[0] = static_cast<char>(frame[0] | bits << 4);
  return frame;
}

TEST(ws_class_3, every_reserved_bit_ends_the_connection) {
  for (unsigned bits = 1; bits < 8; ++bits) {
    expect_events(
        reserved(bits, opcode::text, "small"),
        {"broken 1002 reserved bit is set"});
    expect_events(
        reserved(bits, opcode::binary, "\xff\xfe"),
        {"broken 1002 reserved bit is set"});
  }
}

TEST(ws_class_3, what_came_before_a_reserved_bit_still_arrives) {
  expect_events(
      text("good") + reserved(2, opcode::text, "bad")
          + client_frame(opcode::ping, ""),
      {"text good", "broken 1002 reserved bit is set"});
}

TEST(ws_class_3, reserved_bits_of_control_frames_end_the_connection) {
  for (unsigned bits = 1; bits < 8; ++bits) {
    for (const auto op : {opcode::ping, opcode::pong, opcode::close}) {
      const auto seen = play(reserved(bits, op, ""));
      ASSERT_EQ(seen.size(), 1u);
      EXPECT_EQ(seen[0].substr(0, 11), "broken 1002");
    }
  }
}

TEST(ws_class_4, reserved_opcodes_end_the_connection) {
  for (const int op : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    for (const auto* payload : {"", "reserved opcode"}) {
      expect_events(
          text("good") + client_frame(static_cast<opcode>(op), payload)
              + client_frame(opcode::ping, ""),
          {"text good", "broken 1002 reserved opcode"});
    }
  }
}

TEST(ws_framing, a_frame_without_mask_ends_the_connection_at_its_second_byte) {
  expect_events("\x81\x05Hello", {"broken 1002 frame is not masked"});
  expect_events("\x81\x00"s, {"broken 1002 frame is not masked"});
}

TEST(ws_framing, a_length_must_be_in_its_shortest_form) {
  const events refusal{"broken 1002 length is not in its shortest form"};
  expect_events("\x81\xfe\x00\x05kkkkHello"s, refusal);
  expect_events("\x81\xfe\x00\x7dkkkk"s, refusal);
  expect_events("\x82\xff\0\0\0\0\0\0\xff\xffkkkk"s, refusal);
  expect_events("\x82\xff\0\0\0\0\0\0\0\0kkkk"s, refusal);
}

TEST(ws_framing, a_length_with_the_top_bit_ends_the_connection) {
  expect_events(
      "\x82\xff\x80\0\0\0\0\1\0\0kkkk"s, {"broken 1002 length is above 2^63"});
}

TEST(ws_framing, nothing_is_read_after_the_protocol_was_broken) {
  expect_events(
      client_frame(static_cast<opcode>(3), "") + text("more")
          + text("and more"),
      {"broken 1002 reserved opcode"});
}

} // namespace
} // namespace rookery::ws::test

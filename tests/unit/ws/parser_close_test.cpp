// Class 7 of the Autobahn suite: closing.
#include "tests/unit/ws/play.hpp"

#include <gtest/gtest.h>

namespace rookery::ws::test {
namespace {

std::string close(std::string_view payload) {
  return client_frame(opcode::close, payload);
}

TEST(ws_class_7, a_close_after_a_message_closes_in_order) {
  expect_events(
      text("Hello World!") + close(close_payload_of(1000, "bye")),
      {"text Hello World!", "close 1000 bye"});
}

TEST(ws_class_7, nothing_after_a_close_is_read) {
  for (const auto& more :
       {close(""), text("more"), client_frame(opcode::ping, "more"),
        last("more"), std::string{"\xff\xff\xff\xff"}}) {
    expect_events(close(close_payload_of(1000)) + more, {"close 1000 "});
  }
}

TEST(ws_class_7, a_close_between_fragments_ends_the_connection) {
  expect_events(
      first(opcode::text, "fragment1") + close(close_payload_of(1000))
          + last("fragment2"),
      {"close 1000 "});
}

TEST(ws_class_7, a_close_after_a_long_message_closes_in_order) {
  const std::string payload(256 * 1024, '*');
  expect_events(
      text(payload) + close(close_payload_of(1000))
          + client_frame(opcode::ping, ""),
      {"text " + payload, "close 1000 "});
}

TEST(ws_class_7, a_close_without_payload_has_no_status) {
  expect_events(close(""), {"close 1005 "});
}

TEST(ws_class_7, a_close_payload_of_one_byte_breaks_the_protocol) {
  expect_events(close("x"), {"broken 1002 close payload of one byte"});
}

TEST(ws_class_7, a_close_carries_a_code_and_a_reason) {
  expect_events(close(close_payload_of(1000)), {"close 1000 "});
  expect_events(
      close(close_payload_of(1000, "Hello World!")),
      {"close 1000 Hello World!"});
}

TEST(ws_class_7, a_reason_of_123_bytes_is_the_longest) {
  const std::string longest(123, '*');
  expect_events(
      close(close_payload_of(1000, longest)), {"close 1000 " + longest});
  expect_events(
      close(close_payload_of(1000, longest + "*")),
      {"broken 1002 control frame is longer than 125 bytes"});
}

TEST(ws_class_7, a_reason_must_be_utf8) {
  for (const auto* reason :
       {"\xce\xba\xe1\xbd\xb9\xed\xa0\x80", "cut short \xe2\x82", "\xff"}) {
    expect_events(
        close(close_payload_of(1000, reason)),
        {"broken 1007 close reason is not UTF-8"});
  }
}

TEST(ws_class_7, legal_codes_are_handed_out) {
  for (const unsigned code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
        3000, 3999, 4000, 4001, 4500, 4999}) {
    expect_events(
        close(close_payload_of(code, "why")),
        {"close " + std::to_string(code) + " why"});
  }
}

TEST(ws_class_7, illegal_codes_break_the_protocol) {
  for (const unsigned code :
       {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    SCOPED_TRACE(code);
    expect_events(
        close(close_payload_of(code)), {"broken 1002 illegal close code"});
  }
}

} // namespace
} // namespace rookery::ws::test

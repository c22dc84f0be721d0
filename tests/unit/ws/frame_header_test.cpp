#include "net/ws/frame_header.hpp"
#include "net/ws/utf8.hpp"

#include <gtest/gtest.h>

namespace rookery::ws {
namespace {

using namespace std::string_literals;

std::string header_of(opcode op, uint64_t size, bool rsv1 = false) {
  return std::string{server_header{op, size, rsv1}.bytes()};
}

TEST(server_header, has_two_bytes_up_to_125) {
  EXPECT_EQ(header_of(opcode::text, 0), "\x81\x00"s);
  EXPECT_EQ(header_of(opcode::binary, 125), "\x82\x7d"s);
}

TEST(server_header, has_four_bytes_up_to_65535) {
  EXPECT_EQ(header_of(opcode::text, 126), "\x81\x7e\x00\x7e"s);
  EXPECT_EQ(header_of(opcode::text, 65535), "\x81\x7e\xff\xff"s);
}

TEST(server_header, has_ten_bytes_above) {
  EXPECT_EQ(header_of(opcode::text, 65536), "\x81\x7f\0\0\0\0\0\1\0\0"s);
}

TEST(server_header, marks_a_compressed_message) {
  EXPECT_EQ(header_of(opcode::text, 5, true), "\xc1\x05"s);
}

TEST(make_frame, gives_the_unmasked_frame_of_the_rfc) {
  // RFC 6455, section 5.7.
  EXPECT_EQ(make_frame(opcode::text, "Hello").bytes(), "\x81\x05Hello");
  EXPECT_EQ(make_frame(opcode::ping, "Hello").bytes(), "\x89\x05Hello");
}

TEST(make_close_frame, carries_code_and_reason) {
  const auto close = make_close_frame(close_code::laggard, "laggard");
  EXPECT_EQ(close.bytes(), "\x88\x09\x0f\xa2laggard"s);
}

TEST(make_close_frame, is_empty_without_a_status) {
  const auto close = make_close_frame(close_code::no_status, "unused");
  EXPECT_EQ(close.bytes(), "\x88\x00"s);
}

TEST(make_close_frame, cuts_a_long_reason_between_two_characters) {
  for (std::size_t lead = 0; lead < 4; ++lead) {
    auto reason = std::string(lead, 'x');
    while (reason.size() < 200)
      reason += "\xf0\x9f\x90\xa6"; // four octets
    const auto close = make_close_frame(close_code::normal, reason);
    EXPECT_LE(close.size(), 2 + control_bytes_max);
    EXPECT_GT(close.size(), 2 + control_bytes_max - 4);
    EXPECT_TRUE(is_utf8(close.bytes().substr(4)));
  }
}

TEST(make_close_frame, keeps_a_reason_of_the_longest_length) {
  const std::string reason(close_reason_bytes_max, 'x');
  const auto close = make_close_frame(close_code::normal, reason);
  EXPECT_EQ(close.bytes().substr(4), reason);
}

TEST(make_close_frame_death, is_ours_to_call_with_a_legal_code) {
  EXPECT_DEATH(
      make_close_frame(close_code::abnormal, ""), "never goes over the wire");
}

} // namespace
} // namespace rookery::ws

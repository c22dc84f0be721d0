#include "bench/load/frame.hpp"

#include <gtest/gtest.h>

using namespace rookery::load;
using namespace std::string_literals;

namespace {

// A server's frame: unmasked.
std::string
from_server(char first, const std::string& length, const std::string& payload) {
  return std::string{first} + length + payload;
}

} // namespace

TEST(frame, is_taken_with_each_form_of_its_length) {
  auto small = from_server('\x81', "\x02"s, "hi");
  auto medium = from_server('\x82', "\x7e\x01\x00"s, std::string(256, 'm'));
  auto large =
      from_server('\x01', "\x7f\0\0\0\0\0\x01\0\0"s, std::string(65536, 'l'));
  auto all = small + medium + large;
  std::string_view left = all;
  frame seen;
  ASSERT_EQ(take_frame(left, seen), parsed::frame);
  EXPECT_EQ(seen.kind, opcode::text);
  EXPECT_EQ(seen.payload, "hi");
  EXPECT_TRUE(seen.last);
  ASSERT_EQ(take_frame(left, seen), parsed::frame);
  EXPECT_EQ(seen.kind, opcode::binary);
  EXPECT_EQ(seen.payload.size(), 256U);
  ASSERT_EQ(take_frame(left, seen), parsed::frame);
  EXPECT_EQ(seen.payload.size(), 65536U);
  EXPECT_FALSE(seen.last);
  EXPECT_TRUE(left.empty());
}

TEST(frame, stays_where_it_is_until_it_is_whole) {
  auto whole = from_server('\x82', "\x7e\x01\x00"s, std::string(256, 'm'));
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    auto left = std::string_view{whole}.substr(0, bytes);
    frame seen;
    EXPECT_EQ(take_frame(left, seen), parsed::incomplete);
    EXPECT_EQ(left.size(), bytes);
  }
}

TEST(frame, is_refused_when_a_server_may_not_send_it) {
  for (auto bytes :
       {"\xc1\x00"s, "\x81\x80\x01\x02\x03\x04"s,
        "\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s}) {
    std::string_view left = bytes;
    frame seen;
    EXPECT_EQ(take_frame(left, seen), parsed::malformed);
  }
}

TEST(frame, leaves_masked_with_each_form_of_its_length) {
  std::string out;
  append_frame(out, opcode::text, "hello");
  ASSERT_EQ(out.size(), 2U + 4 + 5);
  EXPECT_EQ(out.substr(0, 2), "\x81\x85"s);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(static_cast<char>(out[6 + i] ^ out[2 + i % 4]), "hello"[i]);
  out.clear();
  append_frame(out, opcode::binary, std::string(256, 'm'));
  EXPECT_EQ(out.substr(0, 4), "\x82\xfe\x01\x00"s);
  out.clear();
  append_frame(out, opcode::binary, std::string(65536, 'l'));
  EXPECT_EQ(out.substr(0, 10), "\x82\xff\0\0\0\0\0\x01\0\0"s);
}

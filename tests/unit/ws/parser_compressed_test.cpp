// Class 12 of the Autobahn suite: messages compressed by permessage-deflate.
#include "tests/unit/ws/play.hpp"

#include <gtest/gtest.h>

namespace rookery::ws::test {
namespace {

using namespace std::string_literals;

constexpr play_options agreed{.deflate = true};
const auto hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s; // RFC 7692, 7.2.3.1
constexpr frame_bits compressed{.rsv1 = true};
constexpr frame_bits compressed_first{.fin = false, .rsv1 = true};
const events not_deflate{"broken 1007 compressed data is invalid"};

std::string document(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i)
    text += "{\"n\":" + std::to_string(i * 7919 % 1000) + ",\"caf\xc3\xa9\":1}";
  while ((static_cast<uint8_t>(text[size]) & 0xC0) == 0x80)
    --size;
  text.resize(size);
  return text;
}

class compressed_sizes : public ::testing::TestWithParam<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(
    ws_class_12, compressed_sizes,
    ::testing::Values(0, 16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536));

TEST_P(compressed_sizes, a_text_of_this_size_arrives) {
  const auto payload = document(GetParam());
  expect_events(
      compressed_message(opcode::text, payload), {"text " + payload}, agreed);
}

TEST_P(compressed_sizes, a_binary_message_of_this_size_arrives_in_fragments) {
  const auto payload = document(GetParam());
  expect_events(
      compressed_message(opcode::binary, payload, 100), {"binary " + payload},
      agreed);
}

TEST(ws_class_12, messages_may_be_compressed_or_not) {
  expect_events(
      compressed_message(opcode::text, "one") + text("two")
          + compressed_message(opcode::text, "three", 1),
      {"text one", "text two", "text three"}, agreed);
}

TEST(ws_class_12, every_message_starts_afresh) {
  const auto payload = document(3000);
  std::string bytes;
  events expected;
  for (int i = 0; i < 20; ++i) {
    bytes += compressed_message(opcode::text, payload, i % 2 ? 500 : 5000);
    expected.push_back("text " + payload);
  }
  expect_events(bytes, expected, agreed);
}

TEST(ws_class_12, control_frames_between_fragments_are_not_compressed) {
  expect_events(
      client_frame(opcode::text, hello.substr(0, 3), compressed_first)
          + client_frame(opcode::ping, "plain") + last(hello.substr(3)),
      {"ping plain", "text Hello"}, agreed);
}

TEST(ws_class_12, messages_of_two_connections_do_not_mix) {
  parser_context context{1000, {}};
  parser one{true};
  parser two{true};
  struct sink final : parser_sink {
    bool on_message(opcode, std::string_view payload) override {
      seen += std::string{payload} + ".";
      return true;
    }
    bool on_ping(std::string_view) override { return true; }
    bool on_pong(std::string_view) override { return true; }
    void on_close(close_code, std::string_view) override {}
    std::string seen;
  } both;
  auto of_one = compressed_message(opcode::text, "of one, of one, of one");
  auto of_two = compressed_message(opcode::text, "and of two, and of two");
  for (std::size_t i = 0; i < std::max(of_one.size(), of_two.size()); ++i) {
    if (i < of_one.size())
      (void)one.feed(std::span{of_one}.subspan(i, 1), both, context);
    if (i < of_two.size())
      (void)two.feed(std::span{of_two}.subspan(i, 1), both, context);
  }
  EXPECT_EQ(
      both.seen.size(),
      "of one, of one, of one.and of two, and of two."s.size());
  EXPECT_NE(both.seen.find("of one, of one, of one."), std::string::npos);
  EXPECT_NE(both.seen.find("and of two, and of two."), std::string::npos);
}

TEST(ws_deflate, the_bit_needs_the_agreement) {
  expect_events(
      client_frame(opcode::text, hello, compressed),
      {"broken 1002 reserved bit is set"});
}

TEST(ws_deflate, the_bit_stands_only_in_the_first_frame) {
  expect_events(
      client_frame(opcode::text, hello.substr(0, 3), compressed_first)
          + client_frame(opcode::continuation, hello.substr(3), compressed),
      {"broken 1002 reserved bit is set"}, agreed);
  expect_events(
      first(opcode::text, "plain")
          + client_frame(opcode::continuation, hello, compressed),
      {"broken 1002 reserved bit is set"}, agreed);
}

TEST(ws_deflate, the_other_bits_stay_reserved) {
  for (const int bit : {0x20, 0x10}) {
    auto frame = client_frame(opcode::text, hello, compressed);
    frame[0] = static_cast<char>(frame[0] | bit);
    expect_events(frame, {"broken 1002 reserved bit is set"}, agreed);
  }
}

TEST(ws_deflate, a_compressed_control_frame_ends_the_connection) {
  expect_events(
      client_frame(opcode::ping, "", compressed),
      {"broken 1002 control frame is compressed"}, agreed);
}

TEST(ws_deflate, an_empty_message_has_one_octet_or_none) {
  expect_events(
      client_frame(opcode::text, "\x00"s, compressed)
          + client_frame(opcode::text, "", compressed),
      {"text ", "text "}, agreed);
}

TEST(ws_deflate, invalid_data_ends_the_connection) {
  expect_events(
      client_frame(opcode::binary, "\xff\xff\xff", compressed), not_deflate,
      agreed);
  expect_events(
      client_frame(opcode::binary, hello.substr(0, 4), compressed), not_deflate,
      agreed);
}

TEST(ws_deflate, text_is_validated_as_it_is_decompressed) {
  const auto bad = compressed_message(
      opcode::text, document(2000) + "\xed\xa0\x80" + document(30'000));
  const events refusal{"broken 1007 text is not UTF-8"};
  expect_events(bad, refusal, agreed);
  EXPECT_EQ(play(bad.substr(0, bad.size() / 2), agreed), refusal);
  expect_events(
      compressed_message(opcode::text, "cut short \xe2\x82"), refusal, agreed);
}

TEST(ws_deflate, the_limit_counts_what_is_decompressed) {
  const auto payload = document(5000);
  const auto bytes = compressed_message(opcode::text, payload, 50);
  auto limited = agreed;
  limited.message_bytes_max = payload.size();
  expect_events(bytes, {"text " + payload}, limited);
  --limited.message_bytes_max;
  expect_events(bytes, {"broken 1009 message is too big"}, limited);
}

TEST(ws_deflate, a_bomb_is_refused_before_it_goes_off) {
  const auto bomb =
      compressed_message(opcode::text, std::string(20'000'000, '0'));
  ASSERT_LT(bomb.size(), 25'000u);
  expect_events(
      bomb, {"broken 1009 message is too big"},
      {.deflate = true, .message_bytes_max = 65536});
}

TEST(ws_deflate, a_message_may_be_longer_compressed_than_its_limit) {
  // Stored blocks of one octet each: six octets for one.
  std::string stored;
  for (int i = 0; i < 100; ++i)
    stored += "\x00\x01\x00\xfe\xffz"s;
  expect_events(
      client_frame(opcode::text, stored + "\x00"s, compressed),
      {"text " + std::string(100, 'z')},
      {.deflate = true, .message_bytes_max = 100});
}

} // namespace
} // namespace rookery::ws::test

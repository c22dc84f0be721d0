// Class 6 of the Autobahn suite: UTF-8.
#include "tests/unit/ws/play.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rookery::ws::test {
namespace {

using namespace std::string_literals;

const std::string kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
const events not_utf8{"broken 1007 text is not UTF-8"};

void expect_valid(const std::string& payload) {
  SCOPED_TRACE(::testing::PrintToString(payload));
  expect_events(text(payload), {"text " + payload});
}

void expect_invalid(const std::string& payload) {
  SCOPED_TRACE(::testing::PrintToString(payload));
  expect_events(text(payload), not_utf8);
}

TEST(ws_class_6, empty_fragments_are_valid_text) {
  expect_valid("");
  expect_events(first(opcode::text, "") + middle("") + last(""), {"text "});
  expect_events(
      first(opcode::text, "") + middle("middle frame payload") + last(""),
      {"text middle frame payload"});
}

TEST(ws_class_6, text_may_be_fragmented_within_a_character) {
  const auto payload = "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4-UTF-8!!"s;
  expect_valid(payload);
  for (std::size_t cut = 0; cut <= payload.size(); ++cut) {
    expect_events(
        first(opcode::text, payload.substr(0, cut)) + last(payload.substr(cut)),
        {"text " + payload});
  }
}

TEST(ws_class_6, text_may_come_in_fragments_of_one_octet) {
  auto bytes = first(opcode::text, "");
  for (const auto octet : kosme)
    bytes += middle({&octet, 1});
  expect_events(bytes + last(""), {"text " + kosme});
}

TEST(ws_class_6, invalid_text_is_refused_whole_or_in_fragments) {
  const auto payload = kosme + "\xed\xa0\x80"s + "edited";
  expect_invalid(payload);
  auto bytes = first(opcode::text, "");
  for (const auto octet : payload)
    bytes += middle({&octet, 1});
  expect_events(bytes + last(""), not_utf8);
}

TEST(ws_class_6, the_fragment_that_spoils_the_text_ends_the_connection) {
  // The last fragment never comes.
  expect_events(
      first(opcode::text, kosme) + middle("\xf4\x90\x80\x80"), not_utf8);
  expect_events(first(opcode::text, kosme + "\xf4") + middle("\x90"), not_utf8);
}

TEST(ws_class_6, the_octet_that_spoils_the_text_ends_the_connection) {
  // The rest of the frame never comes.
  const auto frame = text(kosme + "\xf4\x90\x80\x80" + "edited");
  const auto good = 6 + kosme.size() + 1;
  EXPECT_EQ(play(frame.substr(0, good)), events{});
  EXPECT_EQ(play(frame.substr(0, good + 1)), not_utf8);
}

TEST(ws_class_6, text_may_not_end_within_a_character) {
  const std::set<std::size_t> between_characters{0, 2, 5, 7, 9, 11};
  for (std::size_t size = 0; size <= kosme.size(); ++size) {
    const auto start = kosme.substr(0, size);
    if (between_characters.contains(size))
      expect_valid(start);
    else
      expect_invalid(start);
  }
}

TEST(ws_class_6, a_broken_end_is_not_mended_by_the_next_message) {
  expect_events(text("\xce") + text("\xba"), not_utf8);
  expect_events(first(opcode::text, "\xce") + last(""), not_utf8);
}

TEST(ws_class_6, the_first_and_last_character_of_each_length_is_valid) {
  for (const auto& payload :
       {"\x00"s, "\xc2\x80"s, "\xe0\xa0\x80"s, "\xf0\x90\x80\x80"s, "\x7f"s,
        "\xdf\xbf"s, "\xef\xbf\xbf"s, "\xf4\x8f\xbf\xbf"s})
    expect_valid(payload);
}

TEST(ws_class_6, forms_of_five_and_six_octets_are_invalid) {
  for (const auto& payload :
       {"\xf8\x88\x80\x80\x80"s, "\xfc\x84\x80\x80\x80\x80"s,
        "\xf7\xbf\xbf\xbf"s, "\xfb\xbf\xbf\xbf\xbf"s,
        "\xfd\xbf\xbf\xbf\xbf\xbf"s})
    expect_invalid(payload);
}

TEST(ws_class_6, the_neighbours_of_the_gaps_are_valid) {
  for (const auto& payload :
       {"\xed\x9f\xbf"s, "\xee\x80\x80"s, "\xef\xbf\xbd"s, "\xf4\x8f\xbf\xbf"s})
    expect_valid(payload);
  expect_invalid("\xf4\x90\x80\x80");
}

TEST(ws_class_6, continuation_octets_alone_are_invalid) {
  std::string all;
  for (int octet = 0x80; octet <= 0xbf; ++octet) {
    all += static_cast<char>(octet);
    expect_invalid({static_cast<char>(octet)});
    expect_invalid(all);
  }
}

TEST(ws_class_6, first_octets_alone_are_invalid) {
  for (int octet = 0xc0; octet <= 0xff; ++octet) {
    expect_invalid({static_cast<char>(octet)});
    expect_invalid({static_cast<char>(octet), ' '});
  }
}

TEST(ws_class_6, a_character_without_its_last_octet_is_invalid) {
  std::string all;
  for (const auto& payload :
       {"\xc0"s, "\xe0\x80"s, "\xf0\x80\x80"s, "\xf8\x80\x80\x80"s,
        "\xfc\x80\x80\x80\x80"s, "\xdf"s, "\xef\xbf"s, "\xf7\xbf\xbf"s,
        "\xfb\xbf\xbf\xbf"s, "\xfd\xbf\xbf\xbf\xbf"s}) {
    all += payload;
    expect_invalid(payload);
  }
  expect_invalid(all);
}

TEST(ws_class_6, octets_that_never_occur_are_invalid) {
  expect_invalid("\xfe");
  expect_invalid("\xff");
  expect_invalid("\xfe\xfe\xff\xff");
}

TEST(ws_class_6, overlong_forms_are_invalid) {
  for (const auto& payload :
       {"\xc0\xaf"s, "\xe0\x80\xaf"s, "\xf0\x80\x80\xaf"s,
        "\xf8\x80\x80\x80\xaf"s, "\xfc\x80\x80\x80\x80\xaf"s, "\xc1\xbf"s,
        "\xe0\x9f\xbf"s, "\xf0\x8f\xbf\xbf"s, "\xf8\x87\xbf\xbf\xbf"s,
        "\xfc\x83\xbf\xbf\xbf\xbf"s, "\xc0\x80"s, "\xe0\x80\x80"s,
        "\xf0\x80\x80\x80"s})
    expect_invalid(payload);
}

TEST(ws_class_6, surrogates_are_invalid_alone_and_in_pairs) {
  for (const auto& payload :
       {"\xed\xa0\x80"s, "\xed\xad\xbf"s, "\xed\xae\x80"s, "\xed\xaf\xbf"s,
        "\xed\xb0\x80"s, "\xed\xbe\x80"s, "\xed\xbf\xbf"s,
        "\xed\xa0\x80\xed\xb0\x80"s, "\xed\xaf\xbf\xed\xbf\xbf"s})
    expect_invalid(payload);
}

TEST(ws_class_6, noncharacters_are_valid) {
  for (const auto& payload :
       {"\xef\xb7\x90"s, "\xef\xbf\xbe"s, "\xef\xbf\xbf"s, "\xf0\x9f\xbf\xbe"s,
        "\xf0\x9f\xbf\xbf"s, "\xf1\x8f\xbf\xbe"s, "\xf2\xaf\xbf\xbf"s,
        "\xf3\xbf\xbf\xbe"s, "\xf4\x8f\xbf\xbe"s})
    expect_valid(payload);
}

TEST(ws_class_6, specials_and_byte_order_marks_are_valid) {
  for (const auto& payload :
       {"\xef\xbf\xb9"s, "\xef\xbf\xba"s, "\xef\xbf\xbb"s, "\xef\xbf\xbc"s,
        "\xef\xbb\xbf"s})
    expect_valid(payload);
}

TEST(ws_class_6, binary_messages_are_not_text) {
  expect_events(
      client_frame(opcode::binary, "\xff\xfe\x80"), {"binary \xff\xfe\x80"});
}

TEST(ws_class_6, a_ping_within_a_character_does_not_spoil_it) {
  expect_events(
      first(opcode::text, "\xe2") + client_frame(opcode::ping, "\xff")
          + last("\x82\xac"),
      {"ping \xff", "text \xe2\x82\xac"});
}

} // namespace
} // namespace rookery::ws::test

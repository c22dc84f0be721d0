// The negotiation of permessage-deflate: class 13 of the Autobahn suite and
// RFC 7692, section 7.1.
#include "net/ws/deflate_offer.hpp"

#include <gtest/gtest.h>

namespace rookery::ws {
namespace {

const std::string plain = "permessage-deflate; server_no_context_takeover"
                          "; client_no_context_takeover";

/// The answer, "declined" or "malformed".
std::string answer(std::string_view offers) {
  const auto agreed = negotiate_deflate(offers);
  if (!agreed)
    return "malformed";
  return *agreed ? (*agreed)->answer : "declined";
}

int window(std::string_view offers) {
  return negotiate_deflate(offers).value().value().server_window_bits;
}

TEST(deflate_offer, is_answered_without_context_takeover_on_both_sides) {
  EXPECT_EQ(answer("permessage-deflate"), plain);
  EXPECT_EQ(window("permessage-deflate"), 15);
}

TEST(deflate_offer, may_ask_for_no_context_takeover_itself) {
  EXPECT_EQ(answer("permessage-deflate; server_no_context_takeover"), plain);
  EXPECT_EQ(
      answer("permessage-deflate; client_no_context_takeover; "
             "server_no_context_takeover"),
      plain);
}

TEST(deflate_offer, of_browsers_is_accepted) {
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits"), plain);
}

TEST(deflate_offer, limits_our_window) {
  for (int bits = 9; bits <= 15; ++bits) {
    const auto parameter = "; server_max_window_bits=" + std::to_string(bits);
    EXPECT_EQ(answer("permessage-deflate" + parameter), plain + parameter);
    EXPECT_EQ(window("permessage-deflate" + parameter), bits);
  }
}

TEST(deflate_offer, may_tell_any_window_of_its_own) {
  for (int bits = 8; bits <= 15; ++bits) {
    EXPECT_EQ(
        answer(
            "permessage-deflate;client_max_window_bits="
            + std::to_string(bits)),
        plain);
  }
}

TEST(deflate_offer, may_quote_its_values) {
  EXPECT_EQ(window("permessage-deflate; server_max_window_bits=\"10\""), 10);
}

TEST(deflate_offer, is_declined_for_a_window_that_we_cannot_use) {
  for (const auto* bits :
       {"8", "7", "16", "0", "-9", "015", "+9", "9.5", "x", "99999999999"}) {
    EXPECT_EQ(
        answer(
            std::string{"permessage-deflate; server_max_window_bits="} + bits),
        "declined")
        << bits;
  }
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits"), "declined");
  EXPECT_EQ(
      answer("permessage-deflate; client_max_window_bits=16"), "declined");
}

TEST(deflate_offer, is_declined_for_a_parameter_that_comes_twice) {
  for (const auto* twice :
       {"server_no_context_takeover; server_no_context_takeover",
        "client_no_context_takeover; client_no_context_takeover",
        "server_max_window_bits=9; server_max_window_bits=9",
        "client_max_window_bits; client_max_window_bits=9"}) {
    EXPECT_EQ(answer(std::string{"permessage-deflate; "} + twice), "declined");
  }
}

TEST(deflate_offer, is_declined_for_a_parameter_that_does_not_exist) {
  EXPECT_EQ(answer("permessage-deflate; level=9"), "declined");
  EXPECT_EQ(
      answer("permessage-deflate; server_no_context_takeover=1"), "declined");
}

TEST(deflate_offer, that_is_declined_lets_the_next_one_try) {
  EXPECT_EQ(
      answer("permessage-deflate; server_max_window_bits=8, "
             "permessage-deflate; server_max_window_bits=10, "
             "permessage-deflate"),
      plain + "; server_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate; x=1, permessage-deflate"), plain);
  EXPECT_EQ(answer("permessage-bzip2, permessage-deflate"), plain);
}

TEST(deflate_offer, may_stand_anywhere_in_the_list) {
  for (const auto* list :
       {"permessage-deflate; client_max_window_bits, permessage-deflate",
        "x; y=\"a, b\", permessage-deflate; client_max_window_bits",
        "x; y=\"\\\",\", permessage-deflate",
        ", ,permessage-deflate;client_no_context_takeover ,, x"}) {
    EXPECT_EQ(answer(list), plain) << list;
  }
}

TEST(deflate_offer, is_not_there_without_the_extension) {
  EXPECT_EQ(answer(""), "declined");
  EXPECT_EQ(answer("permessage-bzip2; level=1, x-webkit-thing"), "declined");
}

TEST(deflate_offer, that_is_malformed_breaks_the_protocol) {
  for (const auto* header :
       {"permessage-deflate; =9",
        "permessage-deflate; server_max_window_bits=", "permessage-deflate x",
        "permessage-deflate; a=\"open", "permessage-deflate;", ";",
        "permessage-deflate; a=b=c", "permessage-deflate, /"}) {
    EXPECT_EQ(answer(header), "malformed") << header;
  }
}

} // namespace
} // namespace rookery::ws

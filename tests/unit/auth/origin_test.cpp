#include "net/auth/origin.hpp"

#include <gtest/gtest.h>

namespace rookery {

namespace {

TEST(origin, matches_itself_without_case) {
  EXPECT_TRUE(origin_matches({"https://a.example"}, "https://a.example"));
  EXPECT_TRUE(origin_matches({"https://A.example"}, "https://a.Example"));
  EXPECT_FALSE(origin_matches({"https://a.example"}, "http://a.example"));
  EXPECT_FALSE(origin_matches({"https://a.example"}, "https://a.example:444"));
  EXPECT_FALSE(origin_matches({"https://a.example"}, "https://b.a.example"));
  EXPECT_FALSE(origin_matches({"https://a.example"}, "https://a.example.org"));
}

TEST(origin, a_star_stands_for_parts_of_the_host) {
  const std::vector<std::string> all{"https://*.example.com"};
  EXPECT_TRUE(origin_matches(all, "https://app.example.com"));
  EXPECT_TRUE(origin_matches(all, "https://a.b.example.com"));
  EXPECT_FALSE(origin_matches(all, "https://example.com"));
  EXPECT_FALSE(origin_matches(all, "https://.example.com"));
  EXPECT_FALSE(origin_matches(all, "https://evilexample.com"));
  EXPECT_FALSE(origin_matches(all, "https://app.example.com.evil.org"));
  EXPECT_FALSE(origin_matches(all, "http://app.example.com"));
}

TEST(origin, null_is_only_anybody) {
  EXPECT_TRUE(origin_matches({"*"}, "null"));
  EXPECT_FALSE(origin_matches({"https://*.example.com"}, "null"));
}

TEST(origin, same_host_compares_host_and_port) {
  EXPECT_TRUE(is_same_host("http://localhost:8000", "localhost:8000"));
  EXPECT_TRUE(is_same_host("https://Chat.example", "chat.example"));
  EXPECT_FALSE(is_same_host("http://localhost:3000", "localhost:8000"));
  EXPECT_FALSE(is_same_host("null", "null"));
  EXPECT_FALSE(is_same_host("http://", ""));
}

TEST(origin, a_cookie_closes_the_door_to_other_pages) {
  EXPECT_TRUE(
      origin_allowed({}, "https://evil.example", "chat.example", false));
  EXPECT_FALSE(
      origin_allowed({}, "https://evil.example", "chat.example", true));
  EXPECT_TRUE(origin_allowed({}, "https://chat.example", "chat.example", true));
  EXPECT_FALSE(origin_allowed({}, "null", "chat.example", true));
  EXPECT_TRUE(origin_allowed({}, "", "chat.example", true)); // no browser
}

TEST(origin, a_list_closes_it_to_all_others_with_or_without_a_cookie) {
  const std::vector<std::string> all{"https://app.example"};
  for (const bool cookie : {false, true}) {
    EXPECT_TRUE(origin_allowed(all, "https://app.example", "x", cookie));
    EXPECT_TRUE(origin_allowed(all, "https://x", "x", cookie));
    EXPECT_FALSE(origin_allowed(all, "https://evil.example", "x", cookie));
  }
}

} // namespace

} // namespace rookery

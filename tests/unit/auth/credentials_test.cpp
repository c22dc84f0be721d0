#include "net/auth/credentials.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

/// "header a.b.c", "none", or the message of the refusal.
std::string find(const credential_fields& fields) {
  const auto found = find_credential(fields, "session");
  if (!found)
    return found.error().message;
  if (!*found)
    return "none";
  constexpr const char* places[]{"header ", "query ", "cookie "};
  return places[static_cast<std::size_t>((*found)->source)]
         + std::string{(*found)->token};
}

std::string in_header(std::string_view value) {
  return find({.authorization = value, .target = "/ws", .cookie = ""});
}
std::string in_target(std::string_view value) {
  return find({.authorization = "", .target = value, .cookie = ""});
}
std::string in_cookie(std::string_view value) {
  return find({.authorization = "", .target = "/ws", .cookie = value});
}

TEST(credential, is_looked_for_in_header_then_query_then_cookie) {
  credential_fields fields{"Bearer a.b.c", "/ws?token=d.e.f", "session=g.h.i"};
  EXPECT_EQ(find(fields), "header a.b.c");
  fields.authorization = "";
  EXPECT_EQ(find(fields), "query d.e.f");
  fields.target = "/ws";
  EXPECT_EQ(find(fields), "cookie g.h.i");
  fields.cookie = "";
  EXPECT_EQ(find(fields), "none");
}

TEST(credential, of_the_header_has_the_scheme_bearer_in_any_case) {
  EXPECT_EQ(in_header("bearer a.b.c"), "header a.b.c");
  EXPECT_EQ(in_header(" BEARER \t a.b.c "), "header a.b.c");
  EXPECT_EQ(in_header("Basic dXNlcjpwYXNz"), "none");
  EXPECT_EQ(in_header("Bearerx a.b.c"), "none");
  EXPECT_EQ(in_header(""), "none");
}

TEST(credential, of_the_query_is_the_parameter_token) {
  EXPECT_EQ(in_target("/ws?v=1&token=a.b.c&x"), "query a.b.c");
  EXPECT_EQ(in_target("/ws?tokens=a.b.c"), "none");
  EXPECT_EQ(in_target("/ws?Token=a.b.c"), "none");
  EXPECT_EQ(in_target("/token=a.b.c"), "none");
  EXPECT_EQ(in_target("/ws?"), "none");
  EXPECT_EQ(in_target("/ws?&&="), "none");
}

TEST(credential, of_the_cookie_is_the_one_of_the_configured_name) {
  EXPECT_EQ(in_cookie("a=1; session=a.b.c; b=2"), "cookie a.b.c");
  EXPECT_EQ(in_cookie("session=\"a.b.c\""), "cookie a.b.c");
  EXPECT_EQ(in_cookie("Session=a.b.c"), "none");
  EXPECT_EQ(in_cookie("xsession=a.b.c"), "none");
  const auto unnamed = find_credential(
      {.authorization = "", .target = "/ws", .cookie = "=a.b.c"}, "");
  ASSERT_TRUE(unnamed);
  EXPECT_FALSE(*unnamed);
}

TEST(credential, that_cannot_be_a_token_is_refused_and_not_passed_over) {
  const std::string malformed = "the token is malformed";
  EXPECT_EQ(in_header("Bearer"), malformed);
  EXPECT_EQ(in_header("Bearer a b"), malformed);
  EXPECT_EQ(in_header("Bearer a%2eb"), malformed);
  EXPECT_EQ(in_target("/ws?token"), malformed);
  EXPECT_EQ(in_target("/ws?token="), malformed);
  EXPECT_EQ(in_target("/ws?token=a%2Eb.c"), malformed);
  EXPECT_EQ(in_target("/ws?token=a=b"), malformed);
  EXPECT_EQ(in_cookie("session="), malformed);
  EXPECT_EQ(in_cookie("session=\""), malformed);
  EXPECT_EQ(find({"Bearer ,", "/ws?token=a.b.c", ""}), malformed);
}

TEST(credential, that_stands_twice_in_one_place_is_refused) {
  const std::string two = "the request has two tokens";
  EXPECT_EQ(in_target("/ws?token=a.b.c&token=d.e.f"), two);
  EXPECT_EQ(in_cookie("session=a.b.c; session=d.e.f"), two);
}

TEST(logged_targets, have_no_token) {
  EXPECT_EQ(strip_token("/ws?token=a.b.c"), "/ws?token=***");
  EXPECT_EQ(strip_token("/ws?v=1&token=a.b.c&w=2"), "/ws?v=1&token=***&w=2");
  EXPECT_EQ(strip_token("/ws?token=a&token=b"), "/ws?token=***&token=***");
  EXPECT_EQ(strip_token("/ws?TOKEN=a.b.c"), "/ws?TOKEN=***");
  EXPECT_EQ(strip_token("/ws?access_token=eyJh.b.c"), "/ws?access_token=***");
  EXPECT_EQ(strip_token("/ws?eyJh.b.c"), "/ws?=***");
}

TEST(logged_targets, are_otherwise_as_they_came) {
  for (const auto* target :
       {"", "/", "/ws", "/ws?", "/ws?a", "/ws?a=1&b=%20&&c=", "?", "/a?b?c=d"})
    EXPECT_EQ(strip_token(target), target);
}

} // namespace
} // namespace rookery

#include "net/auth/lobby_password.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rookery {

namespace {

TEST(lobby_password, a_password_opens_what_it_sealed_and_nothing_else_does) {
  const std::string with_null{"a\0b", 3};
  for (const std::string& password :
       {std::string{"secret"}, std::string{"x"}, with_null,
        std::string(255, 'p'), std::string{"pässword"}}) {
    const auto sealed = seal_password(password);
    EXPECT_TRUE(opens(sealed, password));
    EXPECT_FALSE(opens(sealed, ""));
    EXPECT_FALSE(opens(sealed, password + "x"));
    EXPECT_FALSE(opens(sealed, password.substr(1)));
    EXPECT_FALSE(opens(sealed, sealed));
  }
}

TEST(
    lobby_password,
    what_a_log_has_does_not_show_the_password_or_that_two_are_the_same) {
  const auto one = seal_password("secret"), other = seal_password("secret");
  EXPECT_NE(one, other);
  EXPECT_EQ(one.find("secret"), std::string::npos);
  EXPECT_EQ(one.size(), 16u + 64u);
  EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos);
}

// Known: PBKDF2-HMAC-SHA256 of "secret" with 1,000 rounds, by Python's hashlib.
TEST(lobby_password, what_was_sealed_by_another_version_of_the_server_opens) {
  EXPECT_TRUE(opens(
      "0123456789abcdef"
      "b622961f2e0500609613c827e86b4a85ac43d8e79e0145165c54ffa7569a365f",
      "secret"));
}

TEST(lobby_password, what_is_no_seal_opens_for_nobody) {
  const auto sealed = seal_password("secret");
  for (const auto& text :
       {std::string{}, std::string{"short"}, sealed.substr(0, 16),
        sealed.substr(0, 79), sealed + "0"}) {
    EXPECT_FALSE(opens(text, "secret"));
    EXPECT_FALSE(opens(text, ""));
  }
}

} // namespace

} // namespace rookery

#define CAF_SUITE lobby_password

#include "net/auth/lobby_password.hpp"

#include <caf/test/dsl.hpp>

#include <string>

using namespace rookery;

CAF_TEST(a password opens what it sealed and nothing else does) {
  const std::string with_null{"a\0b", 3};
  for (const std::string& password :
       {std::string{"secret"}, std::string{"x"}, with_null,
        std::string(255, 'p'), std::string{"pässword"}}) {
    const auto sealed = seal_password(password);
    CAF_CHECK(opens(sealed, password));
    CAF_CHECK(!opens(sealed, ""));
    CAF_CHECK(!opens(sealed, password + "x"));
    CAF_CHECK(!opens(sealed, password.substr(1)));
    CAF_CHECK(!opens(sealed, sealed));
  }
}

CAF_TEST(what a log has does not show the password or that two are the same) {
  const auto one = seal_password("secret"), other = seal_password("secret");
  CAF_CHECK_NOT_EQUAL(one, other);
  CAF_CHECK_EQUAL(one.find("secret"), std::string::npos);
  CAF_CHECK_EQUAL(one.size(), 16u + 64u);
  CAF_CHECK_EQUAL(one.find_first_not_of("0123456789abcdef"), std::string::npos);
}

// Known: PBKDF2-HMAC-SHA256 of "secret" with 1,000 rounds, by Python's hashlib.
CAF_TEST(what was sealed by another version of the server opens) {
  CAF_CHECK(opens(
      "0123456789abcdef"
      "b622961f2e0500609613c827e86b4a85ac43d8e79e0145165c54ffa7569a365f",
      "secret"));
}

CAF_TEST(what is no seal opens for nobody) {
  const auto sealed = seal_password("secret");
  for (const auto& text :
       {std::string{}, std::string{"short"}, sealed.substr(0, 16),
        sealed.substr(0, 79), sealed + "0"}) {
    CAF_CHECK(!opens(text, "secret"));
    CAF_CHECK(!opens(text, ""));
  }
}

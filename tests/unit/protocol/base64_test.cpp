#include "base/protocol/base64.hpp"

#include <gtest/gtest.h>

namespace rookery {

TEST(base64, is_that_of_the_standard) {
  // RFC 4648, section 10.
  constexpr std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(base64, carries_every_octet) {
  std::string all;
  for (int i = 0; i < 1024; ++i) {
    all.push_back(static_cast<char>(i * 7));
    EXPECT_EQ(from_base64(to_base64(all)), all);
  }
}

TEST(base64, refuses_what_is_malformed) {
  for (const char* const text :
       {"=", "==", "====", "Zg", "Zg=", "Z===", "Zg==Zg==", "Z=g=", "Zm9?",
        "Zm9v\n", "Zm-_", " Zg=", "Zm\xff\x80"})
    EXPECT_FALSE(from_base64(text)) << text;
}

} // namespace rookery

#include "net/ws/mask.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace rookery::ws {
namespace {

const std::string key_octets = "\x37\xfa\x21\x9d";

masking_key key() {
  masking_key read;
  std::memcpy(&read, key_octets.data(), sizeof(read));
  return read;
}

std::string masked(std::string octets) {
  for (std::size_t i = 0; i < octets.size(); ++i)
    octets[i] = static_cast<char>(octets[i] ^ key_octets[i % 4]);
  return octets;
}

TEST(mask, is_taken_off_at_every_length) {
  std::string plain;
  for (int size = 0; size < 200; ++size) {
    auto octets = masked(plain);
    EXPECT_TRUE(unmask(octets, key()));
    EXPECT_EQ(octets, plain);
    plain += static_cast<char>(' ' + size % 90);
  }
}

TEST(mask, goes_on_with_the_right_octet_after_any_cut) {
  const std::string plain = "the key has four octets and so has this: \x01\x02";
  for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
    auto octets = masked(plain);
    unmask(std::span{octets}.first(cut), key());
    unmask(std::span{octets}.subspan(cut), advance(key(), cut));
    EXPECT_EQ(octets, plain) << cut;
  }
}

TEST(mask, reports_an_octet_that_is_not_ascii_at_any_place) {
  for (std::size_t size = 1; size < 80; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      std::string plain(size, 'x');
      plain[place] = '\x80';
      auto octets = masked(plain);
      EXPECT_FALSE(unmask(octets, key())) << size << " " << place;
    }
  }
}

} // namespace
} // namespace rookery::ws

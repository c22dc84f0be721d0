#include "bench/load/payload.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

using namespace rookery::load;

namespace {

constexpr std::size_t size = 128;
const payload_format format{size};
const stamp example{7, 0xfedcba98, instant{clock::duration{1234567890123}}};

} // namespace

TEST(payload, has_the_size_that_was_asked_for) {
  EXPECT_EQ(format.write(example).size(), size);
  EXPECT_THROW(
      payload_format{payload_format::bytes_min - 1}, std::invalid_argument);
}

TEST(payload, is_read_back_from_any_envelope) {
  auto text = R"({"event":"message","data":")" + format.write(example)
              + R"(","user":"u"})";
  std::string_view left = text;
  auto found = format.take(left);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->publisher, example.publisher);
  EXPECT_EQ(found->number, example.number);
  EXPECT_EQ(found->sent, example.sent);
  EXPECT_EQ(left, R"(","user":"u"})");
}

TEST(payload, is_taken_one_after_the_other) {
  auto other = example;
  other.number = 1;
  auto text = format.write(example) + "\n" + format.write(other);
  std::string_view left = text;
  EXPECT_EQ(format.take(left)->number, example.number);
  EXPECT_EQ(format.take(left)->number, 1U);
  EXPECT_FALSE(format.take(left));
}

TEST(payload, is_not_taken_when_it_is_cut_short) {
  auto text = format.write(example);
  text.pop_back();
  std::string_view left = text;
  EXPECT_FALSE(format.take(left));
}

TEST(payload, is_not_taken_when_any_byte_of_it_changed) {
  for (std::size_t at = 0; at < size; ++at) {
    auto text = format.write(example);
    text[at] = '!';
    std::string_view left = text;
    EXPECT_FALSE(format.take(left)) << at;
  }
}

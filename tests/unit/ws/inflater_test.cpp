// Compression of single messages (RFC 7692, section 7.2).
#include "net/ws/deflater.hpp"
#include "net/ws/inflater.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace rookery::ws {
namespace {

using namespace std::string_literals;

constexpr std::size_t limit = 1024 * 1024;

std::string random_text(std::size_t size, unsigned letters) {
  std::mt19937 random{size == 0 ? 1u : static_cast<unsigned>(size)};
  std::string text(size, ' ');
  for (auto& letter : text)
    letter = static_cast<char>(random() % letters);
  return text;
}

/// The message, "invalid" or "too big", fed in pieces of this size.
std::string inflated(
    std::string_view compressed, std::size_t piece = SIZE_MAX,
    std::size_t bytes_max = limit) {
  inflater subject;
  auto result = inflate_result::ok;
  while (!compressed.empty() && result == inflate_result::ok) {
    const auto next = compressed.substr(0, piece);
    compressed.remove_prefix(next.size());
    result = subject.feed(next, bytes_max);
  }
  if (result == inflate_result::ok)
    result = subject.finish(bytes_max);
  if (result == inflate_result::invalid)
    return "invalid";
  if (result == inflate_result::too_big)
    return "too big";
  return std::string{subject.message()};
}

TEST(inflater, reads_the_examples_of_the_rfc) {
  // RFC 7692, section 7.2.3: compressed, without compression, with a final
  // block, in two blocks, and a message that needs the one before.
  EXPECT_EQ(inflated("\xf2\x48\xcd\xc9\xc9\x07\x00"s), "Hello");
  EXPECT_EQ(inflated("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s), "Hello");
  EXPECT_EQ(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "Hello");
  EXPECT_EQ(
      inflated("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s),
      "Hello");
  EXPECT_EQ(inflated("\xf2\x00\x11\x00\x00"s), "invalid");
}

TEST(inflater, reads_an_empty_message_in_any_form) {
  EXPECT_EQ(inflated("\x00"s), "");
  EXPECT_EQ(inflated("\x02\x00"s), "");
  EXPECT_EQ(inflated(""), "");
}

TEST(inflater, reads_on_after_a_final_block) {
  const auto final_hello = "\xf3\x48\xcd\xc9\xc9\x07\x00"s;
  EXPECT_EQ(inflated(final_hello + "\x00"s), "Hello");
  EXPECT_EQ(inflated(final_hello), "Hello");
  EXPECT_EQ(inflated(final_hello + final_hello + "\x00"s), "HelloHello");
  for (const std::size_t piece : {1u, 2u, 3u, 7u})
    EXPECT_EQ(inflated(final_hello + final_hello, piece), "HelloHello");
}

TEST(inflater, refuses_what_is_not_deflate_data) {
  EXPECT_EQ(inflated("\xff\xff\xff\xff"), "invalid");
  EXPECT_EQ(inflated("\x06\x00"s), "invalid"); // a block of type 3
  EXPECT_EQ(inflated("\x00\x05\x00\x00\x00Hello"s), "invalid");
}

TEST(inflater, refuses_a_message_that_is_cut_short) {
  const auto hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;
  for (std::size_t size = 1; size < hello.size() - 1; ++size)
    EXPECT_NE(inflated(hello.substr(0, size)), "Hello") << size;
  EXPECT_EQ(inflated(hello.substr(0, 4)), "invalid");
}

TEST(inflater, stops_exactly_at_its_bound) {
  deflater compressor{9, 15};
  const std::string bomb(limit, '0');
  const std::string compressed{compressor.compress(bomb)};
  ASSERT_LT(compressed.size(), 2000u);
  for (const std::size_t piece : {SIZE_MAX, std::size_t{1}}) {
    EXPECT_TRUE(inflated(compressed, piece, limit) == bomb);
    EXPECT_EQ(inflated(compressed, piece, limit - 1), "too big");
    EXPECT_EQ(inflated(compressed, piece, 1), "too big");
    EXPECT_EQ(inflated(compressed, piece, 0), "too big");
  }
}

TEST(inflater, keeps_what_came_before_it_was_too_big) {
  deflater compressor{9, 15};
  const std::string bomb(limit, '0');
  inflater subject;
  EXPECT_EQ(
      subject.feed(compressor.compress(bomb), 1000), inflate_result::too_big);
  EXPECT_EQ(subject.message(), std::string(1000, '0'));
}

TEST(inflater, starts_afresh_after_a_reset) {
  inflater subject;
  EXPECT_EQ(subject.feed("\xff\xff", limit), inflate_result::invalid);
  subject.reset();
  EXPECT_EQ(subject.message(), "");
  EXPECT_EQ(
      subject.feed("\xf2\x48\xcd\xc9\xc9\x07\x00"s, limit), inflate_result::ok);
  EXPECT_EQ(subject.finish(limit), inflate_result::ok);
  EXPECT_EQ(subject.message(), "Hello");
}

TEST(inflater_pool, gives_back_the_same_one_emptied) {
  inflater_pool pool;
  auto taken = pool.take();
  const auto* first = taken.get();
  EXPECT_EQ(taken->feed("\xf2\x48\xcd\xc9"s, limit), inflate_result::ok);
  pool.give(std::move(taken));
  taken = pool.take();
  EXPECT_EQ(taken.get(), first);
  EXPECT_EQ(taken->message(), "");
}

TEST(inflater_pool, has_one_for_each_that_is_taken) {
  inflater_pool pool;
  std::vector<std::unique_ptr<inflater>> taken;
  for (int i = 0; i < 20; ++i)
    taken.push_back(pool.take());
  for (auto& one : taken)
    EXPECT_EQ(one->feed("\x00"s, limit), inflate_result::ok);
  for (auto& one : taken)
    pool.give(std::move(one));
  EXPECT_EQ(pool.take()->message(), "");
}

class deflater_levels : public ::testing::TestWithParam<std::tuple<int, int>> {
};

INSTANTIATE_TEST_SUITE_P(
    all, deflater_levels,
    ::testing::Combine(::testing::Values(1, 6, 9), ::testing::Range(9, 16)));

TEST_P(deflater_levels, come_back_the_same) {
  const auto [level, window] = GetParam();
  deflater subject{level, window};
  for (const std::size_t size :
       {0u, 1u, 16u, 100u, 1024u, 8192u, 65536u, 131072u, 300'000u}) {
    for (const unsigned letters : {1u, 20u, 256u}) {
      const auto message = random_text(size, letters);
      const std::string compressed{subject.compress(message)};
      EXPECT_TRUE(inflated(compressed) == message) << size;
      EXPECT_TRUE(inflated(compressed, 1) == message) << size;
    }
  }
}

TEST_P(deflater_levels, keep_to_the_window_that_was_agreed) {
  const auto [level, window] = GetParam();
  deflater subject{level, window};
  const auto once = random_text(2000, 64);
  const std::string compressed{subject.compress(once + once + once)};
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, -window), Z_OK);
  std::string out(once.size() * 4, ' ');
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  // In small steps, so that zlib has nothing but its window to look back to.
  for (auto* at = out.data(); stream.avail_in > 0; at += 16) {
    stream.next_out = reinterpret_cast<Bytef*>(at);
    stream.avail_out = 16;
    ASSERT_EQ(inflate(&stream, Z_SYNC_FLUSH), Z_OK);
  }
  EXPECT_EQ(out.substr(0, once.size()), once);
  inflateEnd(&stream);
}

TEST(deflater, gives_the_same_bytes_for_the_same_message) {
  deflater subject{6, 15};
  const std::string first{subject.compress("a message for all recipients")};
  (void)subject.compress("another one in between");
  EXPECT_EQ(subject.compress("a message for all recipients"), first);
}

TEST(deflater, makes_one_octet_of_an_empty_message) {
  // RFC 7692, section 7.2.3.6.
  EXPECT_EQ((deflater{6, 15}.compress("")), "\x00"s);
}

TEST(deflater_set, has_one_deflater_for_each_window) {
  deflater_set set{1};
  EXPECT_EQ(&set.with(9), &set.with(9));
  EXPECT_NE(&set.with(9), &set.with(15));
}

TEST(make_compressed_frame, marks_what_it_compressed) {
  deflater compressor{6, 15};
  const std::string message(1000, 'x');
  const auto made = make_compressed_frame(opcode::text, message, compressor);
  ASSERT_LT(made.size(), 100u);
  EXPECT_EQ(made.bytes()[0], '\xc1');
  EXPECT_EQ(inflated(made.bytes().substr(2)), message);
}

TEST(make_compressed_frame, leaves_alone_what_does_not_get_smaller) {
  deflater compressor{6, 15};
  const auto made = make_compressed_frame(opcode::binary, "short", compressor);
  EXPECT_EQ(made.bytes(), make_frame(opcode::binary, "short").bytes());
}

} // namespace
} // namespace rookery::ws

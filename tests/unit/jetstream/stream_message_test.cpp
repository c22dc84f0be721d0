#include "cluster/jetstream/stream_message.hpp"

#include <gtest/gtest.h>

namespace rookery {

TEST(stream_message, a_batch_comes_back_as_it_was) {
  const auto packed = pack_batch(-5, UINT64_MAX, {"one", "", "three"});
  const auto batch = unpack_batch(packed);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->stamp, -5);
  EXPECT_EQ(batch->previous, UINT64_MAX);
  EXPECT_EQ(batch->bodies, (std::vector<std::string_view>{"one", "", "three"}));
  EXPECT_EQ(packed.size(), batch_overhead(3) + 8);
}

TEST(stream_message, what_is_no_batch_is_an_error) {
  const auto packed = pack_batch(1, 2, {"one", "two"});
  for (std::size_t length = 0; length < packed.size(); ++length)
    EXPECT_FALSE(unpack_batch(std::string_view{packed}.substr(0, length)));
  EXPECT_FALSE(unpack_batch(packed + "x"));
  EXPECT_FALSE(unpack_batch("\x02" + packed.substr(1)));
  for (std::size_t at = 0; at < packed.size(); ++at) {
    auto changed = packed;
    changed[at] = '\xff';
    std::ignore = unpack_batch(changed);
  }
}

TEST(stream_message, an_image_comes_back_as_it_was) {
  const auto packed = pack_image({7, "18a", "state"});
  const auto image = unpack_image(packed);
  ASSERT_TRUE(image);
  EXPECT_EQ(image->offset, 7u);
  EXPECT_EQ(image->epoch, "18a");
  EXPECT_EQ(image->body, "state");
  for (std::size_t length = 0; length < 13; ++length)
    EXPECT_FALSE(unpack_image(std::string_view{packed}.substr(0, length)));
}

TEST(stream_message, an_image_in_parts_names_them) {
  image_message made{7, "18a", {}, "3f-1"};
  made.bytes = 5'000'000'000;
  made.count = 10'000;
  const auto packed = pack_image(made);
  const auto image = unpack_image(packed);
  ASSERT_TRUE(image);
  EXPECT_EQ(image->offset, 7u);
  EXPECT_EQ(image->epoch, "18a");
  EXPECT_EQ(image->parts, "3f-1");
  EXPECT_EQ(image->bytes, made.bytes);
  EXPECT_EQ(image->count, made.count);
  EXPECT_TRUE(image->body.empty());
  for (std::size_t length = 0; length <= packed.size() - 4; ++length)
    EXPECT_FALSE(unpack_image(std::string_view{packed}.substr(0, length)));
}

TEST(stream_message, only_behind_the_first_batch_nothing_is_gone) {
  EXPECT_EQ(reaches_of(9, 0), 0u);
  EXPECT_EQ(reaches_of(9, 1), offset_of(8, batch_entries_max - 1));
  EXPECT_LT(reaches_of(9, offset_of(3, 0)), offset_of(9, 0));
}

TEST(stream_message, topics_are_tokens_that_no_others_have) {
  EXPECT_EQ(subject_token("room:Aut_1-x"), "room:Aut_1-x");
  EXPECT_EQ(subject_token("a.b"), "a%2eb");
  EXPECT_EQ(subject_token("a%2eb"), "a%252eb");
  EXPECT_EQ(subject_token("* >\xc3\xa4\n"), "%2a%20%3e%c3%a4%0a");
  EXPECT_EQ(subject_token(""), "%");
}

TEST(stream_message, offsets_rise_with_sequence_and_index) {
  EXPECT_LT(offset_of(1, batch_entries_max - 1), offset_of(2, 0));
  EXPECT_EQ(sequence_of(offset_of(9, 3)), 9u);
  EXPECT_EQ(index_of(offset_of(9, 3)), 3u);
  EXPECT_GT(offset_of(1, 0), 0u);
}

} // namespace rookery

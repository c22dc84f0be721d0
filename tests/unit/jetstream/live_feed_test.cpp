#include "cluster/jetstream/live_feed.hpp"

#include <gtest/gtest.h>

namespace rookery {

namespace {

live_message of(uint64_t sequence, std::size_t bytes) {
  return {sequence, sequence - 1, "", std::string(bytes, 'x')};
}

} // namespace

TEST(live_feed, gives_in_order_what_it_was_given) {
  live_feed feed{10, 1000};
  EXPECT_FALSE(feed.take());
  feed.push(of(1, 10));
  feed.push(of(2, 10));
  EXPECT_EQ(feed.take()->sequence, 1u);
  EXPECT_EQ(feed.take()->sequence, 2u);
  EXPECT_FALSE(feed.take());
  EXPECT_FALSE(feed.lost());
}

TEST(live_feed, at_a_bound_all_is_dropped_and_told) {
  live_feed few{2, 1000};
  for (uint64_t i = 1; i <= 4; ++i)
    few.push(of(i, 10)); // the third is too many
  EXPECT_TRUE(few.lost());
  EXPECT_FALSE(few.lost());
  EXPECT_EQ(few.take()->sequence, 4u);
  EXPECT_FALSE(few.take());

  live_feed small{10, 25};
  small.push(of(1, 100)); // alone
  EXPECT_TRUE(small.take());
  for (uint64_t i = 1; i <= 3; ++i)
    small.push(of(i, 10));
  EXPECT_TRUE(small.lost());
  EXPECT_FALSE(small.take());
  small.push(of(5, 20)); // what was dropped does not count
  EXPECT_TRUE(small.take());
  EXPECT_FALSE(small.lost());
}

} // namespace rookery

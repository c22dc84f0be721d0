#include "base/hex.hpp"
#include "cluster/jetstream/live_feed.hpp"
#include "cluster/jetstream/streams.hpp"

#include <gtest/gtest.h>

namespace rookery {

namespace {

live_message of(uint64_t sequence, std::size_t bytes) {
  return {sequence, sequence - 1, "", std::string(bytes, 'x')};
}

} // namespace

TEST(live_feed, wakes_once_for_all_that_waits) {
  int woken = 0;
  live_feed feed{10, 1000, [&] { ++woken; }};
  feed.push(of(1, 10), false);
  feed.push(of(2, 10), false);
  EXPECT_EQ(woken, 1);
  const auto taken = feed.take();
  EXPECT_EQ(taken.messages.size(), 2u);
  EXPECT_FALSE(taken.lost);
  EXPECT_TRUE(feed.take().messages.empty());
  feed.push(of(3, 10), true);
  EXPECT_EQ(woken, 2);
  EXPECT_TRUE(feed.take().lost);
}

TEST(live_feed, at_a_bound_all_is_dropped_and_told) {
  int woken = 0;
  live_feed few{2, 1000, [&] { ++woken; }};
  for (uint64_t i = 1; i <= 3; ++i)
    few.push(of(i, 10), false);
  EXPECT_EQ(woken, 1);
  few.push(of(4, 10), false);
  auto taken = few.take();
  EXPECT_TRUE(taken.lost);
  ASSERT_EQ(taken.messages.size(), 1u);
  EXPECT_EQ(taken.messages.front().sequence, 4u);

  live_feed small{10, 25, [] {}};
  small.push(of(1, 100), false); // alone
  EXPECT_EQ(small.take().messages.size(), 1u);
  for (uint64_t i = 1; i <= 3; ++i)
    small.push(of(i, 10), false);
  taken = small.take();
  EXPECT_TRUE(taken.lost);
  EXPECT_TRUE(taken.messages.empty());
}

TEST(stream_info, the_time_of_creation_is_the_epoch) {
  const auto epoch = [](const std::string& created) {
    return epoch_of_info("{\"config\":{},\"created\":\"" + created + "\"}");
  };
  EXPECT_EQ(epoch("1970-01-01T00:00:01Z"), hex(1'000'000'000));
  EXPECT_EQ(epoch("1970-01-02T03:04:05.06Z"), hex(97'445'060'000'000));
  EXPECT_EQ(
      epoch("2026-11-26T05:23:34.123456789Z"), hex(1'795'670'614'123'456'789));
  EXPECT_EQ(epoch("yesterday"), "");
  EXPECT_EQ(epoch_of_info("{}"), "");
}

} // namespace rookery

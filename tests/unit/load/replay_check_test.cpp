#include "bench/load/replay_check.hpp"

#include <gtest/gtest.h>

using namespace rookery::load;

namespace {

/// Of a client that lacks 3, 4 and 5.
replay_check three_missing() {
  replay_check check;
  check.expect(3, 6);
  return check;
}

} // namespace

TEST(replay_check, finds_no_fault_with_all_in_order_and_then_live) {
  auto check = three_missing();
  EXPECT_TRUE(check.saw(3));
  EXPECT_TRUE(check.saw(4));
  EXPECT_TRUE(check.saw(5));
  EXPECT_TRUE(check.live());
}

TEST(replay_check, finds_a_hole) {
  auto check = three_missing();
  EXPECT_TRUE(check.saw(3));
  EXPECT_FALSE(check.saw(5));
}

TEST(replay_check, finds_what_was_there_before) {
  auto check = three_missing();
  EXPECT_FALSE(check.saw(2));
}

TEST(replay_check, finds_a_repetition) {
  auto check = three_missing();
  EXPECT_TRUE(check.saw(3));
  EXPECT_FALSE(check.saw(3));
}

TEST(replay_check, finds_more_than_was_missed) {
  replay_check check;
  check.expect(3, 4);
  EXPECT_TRUE(check.saw(3));
  EXPECT_FALSE(check.saw(4));
}

TEST(replay_check, finds_a_client_that_is_live_too_early) {
  auto check = three_missing();
  EXPECT_TRUE(check.saw(3));
  EXPECT_FALSE(check.live());
}

TEST(replay_check, finds_a_client_that_is_live_twice) {
  replay_check check;
  check.expect(3, 3);
  EXPECT_TRUE(check.live());
  EXPECT_FALSE(check.live());
}

TEST(replay_check, finds_a_replay_after_live) {
  auto check = three_missing();
  EXPECT_FALSE(check.live());
  EXPECT_FALSE(check.saw(3));
}

TEST(replay_check, begins_anew_when_a_client_goes_again) {
  replay_check check;
  check.expect(0, 1);
  EXPECT_TRUE(check.saw(0));
  EXPECT_TRUE(check.live());
  check.expect(1, 2);
  EXPECT_TRUE(check.saw(1));
  EXPECT_TRUE(check.live());
}

#include "net/inflow.hpp"

#include <gtest/gtest.h>

namespace rookery {

namespace {

using namespace std::chrono_literals;

const inflow::time_point start{1h};

TEST(rate_meter, spends_one_seconds_worth_and_not_one_more) {
  rate_meter meter;
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(meter.wait(start, 10).count(), 0) << i;
    meter.spend(start, 10);
  }
  EXPECT_EQ(meter.wait(start, 10), 100ms);
  EXPECT_EQ(meter.wait(start + 100ms, 10).count(), 0);
  EXPECT_FALSE(meter.full(start + 999ms));
  EXPECT_TRUE(meter.full(start + 1s));
}

TEST(rate_meter, does_not_save_more_than_one_seconds_worth) {
  rate_meter meter;
  meter.spend(start, 2);
  const auto later = start + 1h;
  meter.spend(later, 2, 2);
  EXPECT_EQ(meter.wait(later, 2), 500ms);
}

TEST(rate_meter, debts_are_waited_for) {
  rate_meter meter;
  meter.spend(start, 1000, 5000);
  EXPECT_EQ(meter.wait(start, 1000), 4s + 1ms);
}

TEST(inflow, the_stricter_limit_counts) {
  const inflow_limits limits{10, 1000, 10s};
  inflow one;
  one.bytes(start, limits, 1500);
  EXPECT_EQ(one.pause(start, limits), 501ms);
  for (int i = 0; i < 30; ++i)
    one.message(start, limits);
  EXPECT_EQ(one.pause(start, limits), 2100ms);
}

TEST(inflow, without_limits_never_pauses) {
  const inflow_limits limits;
  EXPECT_FALSE(limits.any());
  inflow one;
  one.message(start, limits);
  one.bytes(start, limits, 1 << 20);
  EXPECT_EQ(one.pause(start, limits).count(), 0);
}

TEST(inflow, who_stays_over_its_limit_floods_when_the_grace_is_over) {
  const inflow_limits limits{10, 0, 5s};
  inflow one;
  auto now = start;
  bool flooded = false;
  for (; !flooded && now < start + 1min; now += 100ms) {
    one.message(now, limits);
    one.message(now, limits); // twice as fast as it may
    flooded = one.floods(now, limits);
  }
  EXPECT_GE(now - start, 6s);
  EXPECT_LE(now - start, 7s);
}

TEST(inflow, who_rests_in_between_never_floods) {
  const inflow_limits limits{10, 0, 0ms};
  inflow one;
  for (auto now = start; now < start + 1min; now += 2s) {
    for (int i = 0; i < 10; ++i)
      one.message(now, limits);
    ASSERT_FALSE(one.floods(now, limits));
  }
}

} // namespace

} // namespace rookery

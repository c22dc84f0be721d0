#include "bench/load/histogram.hpp"

#include <gtest/gtest.h>

using namespace rookery::load;
using namespace std::chrono_literals;

TEST(histogram, has_no_quantile_without_values) {
  EXPECT_EQ(histogram{}.quantile(0.5), 0ns);
  EXPECT_EQ(histogram{}.max(), 0ns);
}

TEST(histogram, counts_small_values_exactly) {
  histogram all;
  for (auto value = 0ns; value < 64ns; ++value)
    all.record(value);
  EXPECT_EQ(all.quantile(0.5), 31ns);
  EXPECT_EQ(all.quantile(1), 63ns);
}

TEST(histogram, is_never_too_low_and_at_most_one_64th_too_high) {
  for (int64_t value = 1; value < int64_t{1} << 41; value = value * 3 + 1) {
    histogram all;
    all.record(std::chrono::nanoseconds{value});
    all.record(1h);
    auto seen = all.quantile(0.5).count();
    EXPECT_GE(seen, value);
    EXPECT_LE(seen, value + value / 64);
  }
}

TEST(histogram, gives_the_value_that_a_share_does_not_pass) {
  histogram all;
  for (auto i = 0; i < 99; ++i)
    all.record(10ns);
  all.record(50ns);
  EXPECT_EQ(all.quantile(0.99), 10ns);
  EXPECT_EQ(all.quantile(0.991), 50ns);
}

TEST(histogram, keeps_the_largest_value_exactly) {
  histogram all;
  all.record(1'234'567ns);
  all.record(5ns);
  EXPECT_EQ(all.max(), 1'234'567ns);
  EXPECT_EQ(all.quantile(1), 1'234'567ns);
}

TEST(histogram, takes_values_beyond_its_range) {
  histogram all;
  all.record(-1ns);
  all.record(24h);
  EXPECT_EQ(all.quantile(0.5), 0ns);
  EXPECT_EQ(all.max(), 24h);
}

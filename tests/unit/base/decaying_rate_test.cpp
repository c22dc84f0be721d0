#include "base/decaying_rate.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

using namespace std::chrono_literals;

constexpr decaying_rate::time_point start{1h};

TEST(decaying_rate, comes_to_the_rate_of_what_goes_on_steadily) {
  decaying_rate rate;
  auto now = start;
  for (; now < start + 60s; now += 10ms)
    rate.count(now);
  EXPECT_NEAR(rate.per_second(now), 100.0, 1.0);
}

TEST(decaying_rate, counts_all_that_happens_at_one_time) {
  decaying_rate one, many;
  one.count(start);
  for (int i = 0; i < 10; ++i)
    many.count(start);
  EXPECT_DOUBLE_EQ(many.per_second(start), 10 * one.per_second(start));
}

TEST(decaying_rate, forgets) {
  decaying_rate rate;
  EXPECT_EQ(rate.per_second(start), 0.0);
  for (int i = 0; i < 1000; ++i)
    rate.count(start);
  EXPECT_GT(rate.per_second(start + 1s), 100.0);
  EXPECT_LT(rate.per_second(start + 1min), 0.01);
}

} // namespace
} // namespace rookery

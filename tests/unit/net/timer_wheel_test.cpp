#include "net/io/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <vector>

namespace rookery {

namespace {

using namespace std::chrono_literals;
using time_point = timer_wheel::clock::time_point;

struct test_timer final : wheel_timer {
  std::function<void()> then;
  int fired = 0;

private:
  void on_timer() noexcept override {
    ++fired;
    if (then)
      then();
  }
};

const time_point start{1h};

} // namespace

TEST(timer_wheel, fires_at_the_deadline_or_one_tick_later_and_never_before) {
  timer_wheel wheel{start};
  test_timer timer;
  wheel.arm(timer, start, 1s);
  wheel.advance(start + 1s - 1ms);
  EXPECT_EQ(timer.fired, 0);
  wheel.advance(start + 1s + timer_wheel::tick);
  EXPECT_EQ(timer.fired, 1);
  EXPECT_FALSE(timer.armed());
}

TEST(timer_wheel, keeps_timers_for_later_rounds_in_their_slot) {
  timer_wheel wheel{start};
  test_timer timer;
  wheel.arm(timer, start, 300s); // about three rounds
  for (auto at = 0s; at < 300s; at += 1s)
    wheel.advance(start + at);
  EXPECT_EQ(timer.fired, 0);
  wheel.advance(start + 300s + timer_wheel::tick);
  EXPECT_EQ(timer.fired, 1);
}

TEST(timer_wheel, moves_a_timer_that_is_armed_again) {
  timer_wheel wheel{start};
  test_timer timer;
  wheel.arm(timer, start, 1s);
  wheel.arm(timer, start, 5s);
  EXPECT_EQ(wheel.armed(), 1u);
  wheel.advance(start + 2s);
  EXPECT_EQ(timer.fired, 0);
  wheel.advance(start + 6s);
  EXPECT_EQ(timer.fired, 1);
}

TEST(timer_wheel, forgets_a_timer_that_is_destroyed) {
  timer_wheel wheel{start};
  {
    test_timer timer;
    wheel.arm(timer, start, 1s);
  }
  EXPECT_EQ(wheel.armed(), 0u);
  wheel.advance(start + 2s);
}

TEST(timer_wheel, lets_a_handler_disarm_a_timer_that_is_due_as_well) {
  timer_wheel wheel{start};
  test_timer first;
  test_timer second;
  first.then = [&] { wheel.disarm(second); };
  second.then = [&] { wheel.disarm(first); };
  wheel.arm(first, start, 1s);
  wheel.arm(second, start, 1s);
  wheel.advance(start + 2s);
  EXPECT_EQ(first.fired + second.fired, 1);
}

TEST(timer_wheel, lets_a_handler_arm_its_own_timer_again) {
  timer_wheel wheel{start};
  test_timer timer;
  auto now = start;
  timer.then = [&] { wheel.arm(timer, now, 1s); };
  wheel.arm(timer, now, 1s);
  now += 1s + timer_wheel::tick;
  wheel.advance(now);
  EXPECT_EQ(timer.fired, 1);
  EXPECT_TRUE(timer.armed());
  now += 1s + timer_wheel::tick;
  wheel.advance(now);
  EXPECT_EQ(timer.fired, 2);
}

TEST(timer_wheel, fires_in_time_after_standing_still) {
  timer_wheel wheel{start};
  test_timer timer;
  wheel.arm(timer, start + 1h, 1s);
  wheel.advance(start + 1h + 500ms);
  EXPECT_EQ(timer.fired, 0);
  wheel.advance(start + 1h + 1s + timer_wheel::tick);
  EXPECT_EQ(timer.fired, 1);
}

TEST(timer_wheel, fires_random_timers_within_a_tick_of_their_deadlines) {
  std::mt19937 random{3};
  timer_wheel wheel{start};
  std::vector<test_timer> timers(500);
  std::vector<time_point> due(timers.size());
  auto now = start;
  for (int round = 0; round < 5'000; ++round) {
    const auto i = random() % timers.size();
    if (!timers[i].armed()) {
      const auto delay = std::chrono::milliseconds{random() % 200'000};
      due[i] = now + delay;
      timers[i].then = [&, i] {
        EXPECT_GE(now, due[i]);
        EXPECT_LE(now, due[i] + 3 * timer_wheel::tick);
      };
      wheel.arm(timers[i], now, delay);
    }
    now += std::chrono::milliseconds{random() % 100};
    wheel.advance(now);
  }
}

TEST(timer_wheel, fires_on_the_grid_and_never_later_than_the_delay) {
  timer_wheel wheel{start};
  std::vector<test_timer> timers(50);
  auto now = start;
  int waking = 0;
  for (std::size_t i = 0; i < timers.size(); ++i)
    wheel.arm_on_grid(timers[i], start + i * 20ms, 10s, 500ms);
  while (wheel.armed() > 0) {
    now = wheel.next_due();
    wheel.advance(now);
    ++waking;
  }
  EXPECT_EQ(waking, 3); // a second's worth of timers
  EXPECT_GE(now, start + 10s);
  EXPECT_LE(now, start + 11s);
}

TEST(timer_wheel, says_when_something_can_be_due_and_skips_nothing) {
  std::mt19937 random{5};
  timer_wheel wheel{start};
  std::vector<test_timer> timers(20);
  std::vector<time_point> due(timers.size());
  auto now = start;
  int fired = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto i = random() % timers.size();
    if (random() % 2 && !timers[i].armed()) {
      const auto delay = std::chrono::milliseconds{random() % 300'000};
      due[i] = now + delay;
      timers[i].then = [&, i] {
        ++fired;
        EXPECT_GE(now, due[i]);
        EXPECT_LE(now, due[i] + timer_wheel::tick);
      };
      wheel.arm(timers[i], now, delay);
    } else if (random() % 8 == 0) {
      wheel.disarm(timers[i]);
    }
    if (wheel.armed() == 0)
      continue;
    now = std::max(now, wheel.next_due());
    wheel.advance(now);
  }
  EXPECT_GT(fired, 1'000);
}

} // namespace rookery

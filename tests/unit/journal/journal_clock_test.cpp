#include "cluster/journal/journal_clock.hpp"
#include "tests/unit/journal/journal_fixture.hpp"

namespace rookery {

using namespace std::chrono_literals;

TEST(journal_clock, begins_at_the_wall_clock_and_moves_with_the_steady_one) {
  manual_clock time;
  const journal_clock clock{0, time.source()};
  const auto begin = time.wall();
  EXPECT_EQ(clock.now(), begin);
  time.advance(1500ms);
  EXPECT_EQ(clock.now(), begin + 1500);
  EXPECT_EQ(clock.ahead(), 0ms);
}

TEST(journal_clock, is_not_moved_by_jumps_of_the_wall_clock) {
  manual_clock time;
  const journal_clock clock{0, time.source()};
  const auto begin = clock.now();
  time.set_wall(begin + 86'400'000);
  EXPECT_EQ(clock.now(), begin);
  time.set_wall(0);
  EXPECT_EQ(clock.now(), begin);
  time.advance(1ms);
  EXPECT_EQ(clock.now(), begin + 1);
}

TEST(journal_clock, does_not_begin_before_the_last_stamp) {
  manual_clock time;
  const auto later = time.wall() + 5000;
  const journal_clock clock{later, time.source()};
  EXPECT_EQ(clock.now(), later);
  EXPECT_EQ(clock.ahead(), 5000ms);
  time.advance(10ms);
  EXPECT_EQ(clock.now(), later + 10);
}

TEST(journal_clock, has_the_time_of_the_system_unless_told_otherwise) {
  const journal_clock clock;
  const auto first = clock.now();
  EXPECT_GT(first, 1'600'000'000'000);
  EXPECT_GE(clock.now(), first);
}

} // namespace rookery

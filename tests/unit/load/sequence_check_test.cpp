#include "bench/load/sequence_check.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

using namespace rookery::load;

namespace {

verdict judge(std::initializer_list<uint32_t> numbers, uint32_t published) {
  sequence_check check;
  for (auto number : numbers)
    check.saw(number);
  return check.judge(published);
}

void expect(
    const verdict& result, uint64_t lost, uint64_t duplicated,
    uint64_t reordered) {
  EXPECT_EQ(result.lost, lost);
  EXPECT_EQ(result.duplicated, duplicated);
  EXPECT_EQ(result.reordered, reordered);
}

} // namespace

TEST(sequence_check, finds_no_fault_with_all_numbers_in_order) {
  expect(judge({0, 1, 2, 3}, 4), 0, 0, 0);
}

TEST(sequence_check, counts_a_hole_as_lost) {
  expect(judge({0, 1, 4, 5}, 6), 2, 0, 0);
}

TEST(sequence_check, counts_what_is_missing_at_either_end_as_lost) {
  expect(judge({2, 3}, 7), 5, 0, 0);
  expect(judge({}, 3), 3, 0, 0);
}

TEST(sequence_check, counts_a_late_number_as_reordered_and_not_as_lost) {
  expect(judge({0, 2, 1, 3}, 4), 0, 0, 1);
}

TEST(sequence_check, counts_a_number_seen_twice_as_duplicated) {
  expect(judge({0, 1, 1, 2, 0}, 3), 0, 2, 0);
}

TEST(sequence_check, counts_a_late_number_seen_twice_once_as_each) {
  expect(judge({0, 2, 1, 1}, 3), 0, 1, 1);
}

TEST(sequence_check, splits_a_hole_that_is_filled_in_the_middle) {
  expect(judge({0, 6, 3}, 7), 4, 0, 1);
  expect(judge({0, 6, 3, 1, 5, 2, 4}, 7), 0, 0, 5);
  expect(judge({0, 6, 3, 3, 1, 5, 5}, 7), 2, 2, 3);
}

TEST(sequence_check, tells_several_holes_apart) {
  expect(judge({1, 3, 5, 2, 0}, 6), 1, 0, 2);
}

TEST(sequence_check, says_whether_a_number_was_there_before) {
  sequence_check check;
  EXPECT_TRUE(check.saw(0));
  EXPECT_TRUE(check.saw(2));
  EXPECT_TRUE(check.saw(1));
  EXPECT_FALSE(check.saw(1));
  EXPECT_FALSE(check.saw(2));
}

#include "bench/load/receipt_check.hpp"

#include <gtest/gtest.h>

using namespace rookery::load;

namespace {

instant at(int tick) {
  return instant{clock::duration{tick}};
}

/// A publisher with `count` publishes under way, sent at 1, 2, ...; their ids
/// begin at 10.
receipt_check sent(int count) {
  receipt_check check{10};
  for (int i = 1; i <= count; ++i)
    check.sends(at(i));
  return check;
}

} // namespace

TEST(receipt_check, counts_ids_up) {
  receipt_check check{10};
  EXPECT_EQ(check.sends(at(1)), 10U);
  EXPECT_EQ(check.sends(at(2)), 11U);
  EXPECT_TRUE(check.saw(10, 1));
  EXPECT_EQ(check.sends(at(3)), 12U);
  EXPECT_EQ(check.under_way(), 2U);
}

TEST(receipt_check, says_when_the_publish_was_sent) {
  auto check = sent(3);
  EXPECT_EQ(check.saw(11, 2), at(2));
  EXPECT_EQ(check.saw(10, 1), at(1));
  EXPECT_EQ(check.saw(12, 3), at(3));
  EXPECT_EQ(check.under_way(), 0U);
}

TEST(receipt_check, finds_a_receipt_of_nothing) {
  auto check = sent(2);
  EXPECT_FALSE(check.saw(9, 1));
  EXPECT_FALSE(check.saw(12, 1));
  EXPECT_EQ(check.under_way(), 2U);
}

TEST(receipt_check, finds_a_second_receipt) {
  auto check = sent(2);
  EXPECT_TRUE(check.saw(11, 2));
  EXPECT_FALSE(check.saw(11, 2));
  EXPECT_TRUE(check.saw(10, 1));
  EXPECT_FALSE(check.saw(10, 1));
}

TEST(receipt_check, accepts_offsets_between_which_others_published) {
  auto check = sent(2);
  EXPECT_TRUE(check.saw(10, 7));
  EXPECT_TRUE(check.saw(11, 90));
}

TEST(receipt_check, finds_offsets_that_do_not_rise) {
  auto check = sent(3);
  EXPECT_TRUE(check.saw(10, 7));
  EXPECT_FALSE(check.saw(11, 7));
  EXPECT_FALSE(check.saw(12, 6));
}

TEST(receipt_check, finds_wrong_offsets_of_receipts_out_of_order) {
  auto check = sent(2);
  EXPECT_TRUE(check.saw(11, 7)); // the offset of 10 must be below
  EXPECT_FALSE(check.saw(10, 8));
}

TEST(receipt_check, wants_no_offsets_where_there_is_no_log) {
  auto check = sent(3);
  EXPECT_TRUE(check.saw(10, 0));
  EXPECT_TRUE(check.saw(11, 0));
  EXPECT_TRUE(check.saw(12, 0));
}

TEST(receipt_check, finds_an_offset_that_a_log_left_out) {
  auto check = sent(2);
  EXPECT_TRUE(check.saw(10, 5));
  EXPECT_FALSE(check.saw(11, 0));
}

TEST(offset_check, finds_an_offset_given_twice) {
  offset_check check;
  for (uint64_t offset : {5, 1, 1000, 64, 63})
    EXPECT_TRUE(check.saw(offset)) << offset;
  for (uint64_t offset : {64, 5, 1000})
    EXPECT_FALSE(check.saw(offset)) << offset;
}

TEST(offset_check, finds_an_offset_that_can_not_be) {
  offset_check check;
  EXPECT_FALSE(check.saw(offset_check::offset_max + 1));
  EXPECT_FALSE(check.saw(UINT64_MAX));
}

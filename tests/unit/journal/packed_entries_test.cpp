#include "cluster/journal/packed_entries.hpp"

#include <gtest/gtest.h>

namespace rookery {

namespace {

using step = packed_reader::step;

std::string three() {
  std::string pack;
  pack_entry(pack, 7, 11, 100, "one");
  pack_entry(pack, 7, 12, 100, "");
  pack_entry(pack, 7, 13, 101, std::string(300, 'z'));
  return pack;
}

} // namespace

TEST(packed_entries, come_out_as_they_went_in) {
  const auto pack = three();
  EXPECT_EQ(pack.size(), 3 * packed_header_bytes + 303);
  packed_reader walk{pack, 7, 11};
  ASSERT_EQ(walk.next(), step::entry);
  EXPECT_EQ(walk.offset(), 11u);
  EXPECT_EQ(walk.stamp(), 100);
  EXPECT_EQ(walk.body(), "one");
  EXPECT_TRUE(walk.intact());
  ASSERT_EQ(walk.next(), step::entry);
  EXPECT_EQ(walk.body(), "");
  EXPECT_TRUE(walk.intact());
  ASSERT_EQ(walk.next(), step::entry);
  EXPECT_EQ(walk.offset(), 13u);
  EXPECT_EQ(walk.stamp(), 101);
  EXPECT_TRUE(walk.intact());
  EXPECT_EQ(walk.next(), step::end);
}

TEST(packed_entries, show_every_flipped_bit) {
  const auto pack = three();
  for (std::size_t bit = 0; bit < pack.size() * 8; ++bit) {
    auto flipped = pack;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    packed_reader walk{flipped, 7, 11};
    int intact = 0;
    auto last = step::entry;
    while ((last = walk.next()) == step::entry)
      intact += walk.intact() ? 1 : 0;
    EXPECT_LT(intact, 3) << bit;
  }
}

TEST(packed_entries, show_a_wrong_topic_or_offset) {
  const auto pack = three();
  packed_reader other{pack, 8, 11};
  ASSERT_EQ(other.next(), step::entry);
  EXPECT_FALSE(other.intact());
  packed_reader moved{pack, 7, 12};
  ASSERT_EQ(moved.next(), step::entry);
  EXPECT_FALSE(moved.intact());
}

TEST(packed_entries, end_where_they_are_cut) {
  const auto pack = three();
  for (std::size_t length = 0; length < pack.size(); ++length) {
    packed_reader walk{std::string_view{pack}.substr(0, length), 7, 11};
    auto last = step::entry;
    while ((last = walk.next()) == step::entry)
      EXPECT_TRUE(walk.intact());
    const bool between = length == 0 || length == packed_header_bytes + 3
                         || length == 2 * packed_header_bytes + 3;
    EXPECT_EQ(last, between ? step::end : step::damaged) << length;
  }
}

} // namespace rookery

#include "base/protocol/handover.hpp"

#include <gtest/gtest.h>

using namespace rookery;

namespace {

room_handover example() {
  room_handover all;
  all.epoch = "e";
  all.at = 9;
  all.image.members = {{"ann", {}, 3, {7, 8}}};
  all.image.state = R"({"x":1})";
  all.image.exceptions = {4, 6};
  all.floor = 2;
  all.told = {
      {5, -1, message_entry{"ann", "", 7, {encoding::json, "1"}}},
      {8, 2, left_entry{"bob", "closed"}}};
  all.keys = {{"ann", "k", 5, -1}};
  return all;
}

std::string written(const room_handover& all) {
  std::string bytes;
  encode(all, bytes);
  return bytes;
}

} // namespace

TEST(handover, is_read_as_it_was_written) {
  const auto read = decode_handover(written(example()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->epoch, "e");
  EXPECT_EQ(read->at, 9u);
  EXPECT_EQ(read->floor, 2u);
  EXPECT_EQ(read->image.members.front().lives, (std::vector<uint64_t>{7, 8}));
  EXPECT_EQ(read->image.exceptions, (std::vector<uint64_t>{4, 6}));
  ASSERT_EQ(read->told.size(), 2u);
  EXPECT_EQ(read->told[0].stamp, -1);
  EXPECT_EQ(std::get<left_entry>(read->told[1].entry).user, "bob");
  ASSERT_EQ(read->keys.size(), 1u);
  EXPECT_EQ(read->keys[0].key, "k");
  EXPECT_EQ(written(*read), written(example()));
}

TEST(handover, that_is_cut_off_is_refused) {
  const auto bytes = written(example());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_handover(bytes.substr(0, size))) << size;
}

TEST(handover, of_events_that_do_not_follow_each_other_is_refused) {
  auto all = example();
  all.told[1].offset = 5;
  EXPECT_FALSE(decode_handover(written(all)));
  all.told[1].offset = 10; // behind what it is said to be
  EXPECT_FALSE(decode_handover(written(all)));
}

TEST(handover, words_are_read_as_they_were_written) {
  const auto offer = decode_offer(encode(handover_offer{1ull << 62, "e", 5}));
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->life, 1ull << 62);
  EXPECT_EQ(offer->at, 5u);
  const auto request =
      decode_handover_request(encode(handover_request{"chat.a", "e", 5, 2}));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->topic, "chat.a");
  EXPECT_EQ(request->part, 2u);
  const auto bytes = encode(handover_part{5, 3, "rest"});
  const auto part = decode_part(bytes);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->parts, 3u);
  EXPECT_EQ(part->bytes, "rest");
  EXPECT_FALSE(decode_part("rest"));
  EXPECT_FALSE(decode_offer(""));
}

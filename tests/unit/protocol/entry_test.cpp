#include "base/protocol/entry.hpp"

#include <gtest/gtest.h>

#include <variant>

namespace rookery {
namespace {

std::string written(const log_entry& entry) {
  std::string bytes;
  encode(entry, bytes);
  return bytes;
}

template <class Entry>
Entry again(const Entry& entry) {
  const auto read = decode_entry(written(entry));
  if (!read || !std::holds_alternative<Entry>(*read)) {
    ADD_FAILURE() << (read ? "another kind" : read.error().message);
    return {};
  }
  return std::get<Entry>(*read);
}

const payload odd{encoding::msgpack, std::string("\x00\xc1\xff", 3)};

TEST(entry, of_each_kind_is_read_as_it_was_written) {
  const auto message = again(message_entry{"u", "k", -7, odd});
  EXPECT_EQ(message.user, "u");
  EXPECT_EQ(message.key, "k");
  EXPECT_EQ(message.at, -7);
  EXPECT_EQ(message.data, odd);
  const auto joined = again(joined_entry{"u", odd, false, 1ull << 62});
  EXPECT_EQ(joined.info, odd);
  EXPECT_EQ(joined.life, 1ull << 62);
  EXPECT_FALSE(joined.told);
  EXPECT_EQ(again(joined_entry{"u", {}, true}).info, std::nullopt);
  const auto left = again(left_entry{"u", "closed", false});
  EXPECT_EQ(left.reason, "closed");
  EXPECT_FALSE(left.told);
  const auto state = again(state_entry{"u", "", 1ll << 50, odd, ~0ull});
  EXPECT_EQ(state.at, 1ll << 50);
  EXPECT_EQ(state.patch, odd);
  EXPECT_EQ(state.if_offset, ~0ull);
  EXPECT_EQ(again(state_entry{"u", "", 0, odd, {}}).if_offset, std::nullopt);
}

TEST(entry, that_is_cut_off_is_refused) {
  const auto bytes = written(message_entry{"user", "key", 5, odd});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_entry(bytes.substr(0, size))) << size;
}

TEST(entry, of_a_newer_layout_or_kind_is_refused_by_name) {
  auto bytes = written(left_entry{"u", "r", true});
  bytes[1] = 9;
  EXPECT_EQ(
      decode_entry(bytes).error().message,
      "its layout has version 9, and this node knows 1");
  bytes[1] = 1;
  bytes[2] = 77;
  EXPECT_EQ(
      decode_entry(bytes).error().message, "it is of the unknown kind 77");
}

TEST(entry, may_have_fields_that_a_later_version_appended) {
  auto bytes = written(left_entry{"u", "r", true});
  ++bytes[0]; // one item more in the array
  bytes += '\x2a';
  const auto read = decode_entry(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(std::get<left_entry>(*read).reason, "r");
}

TEST(image, is_read_as_it_was_written) {
  room_image image{{{"a", odd, 7}, {"b", {}, 9}}, R"({"x":1})", 12};
  std::string bytes;
  encode(image, bytes);
  const auto read = decode_image(bytes);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->members.size(), 2u);
  EXPECT_EQ(read->members[0].info, odd);
  EXPECT_EQ(read->members[1].user, "b");
  EXPECT_EQ(read->members[1].since, 9u);
  EXPECT_EQ(read->state, image.state);
  EXPECT_EQ(read->state_offset, 12u);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_image(std::string_view{bytes}.substr(0, size)));
}

} // namespace
} // namespace rookery

#include "base/protocol/entry.hpp"

#include <gtest/gtest.h>

#include <random>
#include <variant>

namespace rookery {
namespace {

const payload odd{encoding::msgpack, std::string("\x00\xc1\xff", 3)};

template <class T>
std::string written(const T& value) {
  std::string bytes;
  encode(value, bytes);
  return bytes;
}

/// Read from what was written, which it writes again.
template <class Entry>
Entry again(const Entry& entry) {
  const auto bytes = written(log_entry{entry});
  const auto read = decode_entry(bytes);
  if (!read || !std::holds_alternative<Entry>(*read)) {
    ADD_FAILURE() << (read ? "another kind" : read.error().message);
    return {};
  }
  EXPECT_EQ(written(*read), bytes);
  return std::get<Entry>(*read);
}

lobby_rules all_rules() {
  return {7, 3, true, true, false, "pw", odd, 1 << 20, 1ll << 40, -1};
}

lobby_entry full_entry() {
  lobby_entry e;
  e.user = "u";
  e.key = "k";
  e.at = -7;
  e.told = false;
  e.move = lobby_move::kick;
  e.of = ~0ull;
  e.player = "p";
  e.seat = UINT32_MAX;
  e.flag = true;
  e.lasts = 1ll << 50;
  e.reason = "gone";
  e.patch = odd;
  e.if_offset = 1ull << 63;
  return e;
}

TEST(lobby_entry, is_read_as_it_was_written) {
  const auto read = again(full_entry());
  EXPECT_EQ(read.user, "u");
  EXPECT_EQ(read.key, "k");
  EXPECT_EQ(read.at, -7);
  EXPECT_FALSE(read.told);
  EXPECT_EQ(read.move, lobby_move::kick);
  EXPECT_EQ(read.of, ~0ull);
  EXPECT_EQ(read.player, "p");
  EXPECT_EQ(read.seat, UINT32_MAX);
  EXPECT_TRUE(read.flag);
  EXPECT_EQ(read.lasts, 1ll << 50);
  EXPECT_EQ(read.reason, "gone");
  EXPECT_EQ(read.patch, odd);
  EXPECT_EQ(read.if_offset, 1ull << 63);
  EXPECT_EQ(read.rules, nullptr);
}

TEST(lobby_entry, of_each_move_is_read) {
  for (std::size_t i = 0; i < lobby_moves; ++i) {
    lobby_entry e;
    e.move = static_cast<lobby_move>(i);
    e.rules = std::make_shared<const lobby_rules>();
    EXPECT_EQ(again(e).move, e.move);
  }
}

TEST(lobby_entry, of_a_create_has_its_rules) {
  auto e = full_entry();
  e.move = lobby_move::create;
  e.rules = std::make_shared<const lobby_rules>(all_rules());
  const auto read = again(e);
  ASSERT_TRUE(read.rules);
  const auto& rules = *read.rules;
  EXPECT_EQ(rules.seats, 7u);
  EXPECT_EQ(rules.players_min, 3u);
  EXPECT_TRUE(rules.auto_start);
  EXPECT_TRUE(rules.is_private);
  EXPECT_FALSE(rules.spectators);
  EXPECT_EQ(rules.password, "pw");
  EXPECT_EQ(rules.info, odd);
  EXPECT_EQ(rules.hold, 1 << 20);
  EXPECT_EQ(rules.empty_ttl, 1ll << 40);
  EXPECT_EQ(rules.started_ttl, -1);
  e.rules = nullptr;
  EXPECT_FALSE(decode_entry(written(log_entry{e})));
}

listed_lobby full_lobby() {
  listed_lobby one;
  one.topic = "a.b";
  one.epoch = "e";
  one.at = ~0ull;
  one.life = 1ull << 63;
  one.phase = listing_phase::hidden;
  one.seats = 9;
  one.taken = UINT32_MAX;
  one.locked = true;
  one.info = odd;
  return one;
}

void expect_same(const listed_lobby& a, const listed_lobby& b) {
  EXPECT_EQ(a.topic, b.topic);
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.at, b.at);
  EXPECT_EQ(a.life, b.life);
  EXPECT_EQ(a.phase, b.phase);
  EXPECT_EQ(a.seats, b.seats);
  EXPECT_EQ(a.taken, b.taken);
  EXPECT_EQ(a.locked, b.locked);
  EXPECT_EQ(a.info, b.info);
}

TEST(listing_entry, is_read_as_it_was_written) {
  const listing_entry entry{false, listing_change::closed, full_lobby()};
  const auto read = again(entry);
  EXPECT_FALSE(read.told);
  EXPECT_EQ(read.change, listing_change::closed);
  expect_same(read.lobby, entry.lobby);
  for (std::size_t i = 0; i < listing_phases; ++i) {
    listing_entry e;
    e.lobby.phase = static_cast<listing_phase>(i);
    EXPECT_EQ(again(e).lobby.phase, e.lobby.phase);
  }
}

TEST(lobby_image, is_read_as_it_was_written) {
  lobby_image image;
  image.created = 77;
  image.rules = all_rules();
  image.seats = {{"ann", true, 5, 6, -7}, {"", false, 0, 0, 0}};
  image.host = "ann";
  image.host_told = "ben";
  image.started_since = -1;
  image.empty_since = 1ll << 60;
  image.invited = {"", "cem", "dan"};
  const auto bytes = written(image);
  const auto read = decode_lobby_image(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(written(*read), bytes);
  EXPECT_EQ(read->created, 77u);
  ASSERT_EQ(read->seats.size(), 2u);
  EXPECT_EQ(read->seats[0].held_since, -7);
  EXPECT_EQ(read->host_told, "ben");
  EXPECT_EQ(read->started_since, -1);
  EXPECT_EQ(read->invited, image.invited);
}

TEST(listing_image, is_read_as_it_was_written) {
  listing_image image;
  image.lobbies = {full_lobby(), {}};
  image.closed = {{"a.c", "e", ~0ull, -3}, {"a.d", "", 0, 1ll << 60}};
  const auto bytes = written(image);
  const auto read = decode_listing_image(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(written(*read), bytes);
  ASSERT_EQ(read->lobbies.size(), 2u);
  expect_same(read->lobbies[0], full_lobby());
  ASSERT_EQ(read->closed.size(), 2u);
  EXPECT_EQ(read->closed[0].at, ~0ull);
  EXPECT_EQ(read->closed[0].stamp, -3);
}

TEST(image_of_a_room, has_its_lobby_and_its_listing) {
  room_image image;
  image.lobby = written(lobby_image{});
  image.listing = written(listing_image{});
  const auto read = decode_image(written(image));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->lobby, image.lobby);
  EXPECT_EQ(read->listing, image.listing);
}

// -- garbage
// --------------------------------------------------------------------

std::vector<std::string> samples() {
  auto create = full_entry();
  create.move = lobby_move::create;
  create.rules = std::make_shared<const lobby_rules>(all_rules());
  lobby_image lobby;
  lobby.rules = all_rules();
  lobby.seats = {{"ann", true, 5, 6, -7}};
  lobby.invited = {"cem"};
  listing_image listing;
  listing.lobbies = {full_lobby()};
  listing.closed = {{"a.c", "e", 1, 2}};
  return {
      written(log_entry{full_entry()}), written(log_entry{create}),
      written(log_entry{listing_entry{true, {}, full_lobby()}}), written(lobby),
      written(listing)};
}

/// None of them takes it, or what it took is written the same way each time.
void expect_total(const std::string& bytes) {
  const auto check = [](const auto& read, auto decode) {
    if (!read) {
      EXPECT_FALSE(read.error().message.empty());
      return;
    }
    const auto once = written(*read);
    const auto twice = decode(once);
    ASSERT_TRUE(twice);
    EXPECT_EQ(written(*twice), once);
  };
  check(decode_entry(bytes), decode_entry);
  check(decode_lobby_image(bytes), decode_lobby_image);
  check(decode_listing_image(bytes), decode_listing_image);
}

TEST(lobby_entries, that_are_cut_off_are_refused) {
  for (const auto& bytes : samples())
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto part = bytes.substr(0, size);
      EXPECT_FALSE(decode_entry(part));
      EXPECT_FALSE(decode_lobby_image(part));
      EXPECT_FALSE(decode_listing_image(part));
    }
}

TEST(lobby_entries, of_one_kind_are_none_of_another) {
  const auto all = samples();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(decode_entry(all[i]).has_value(), i < 3) << i;
    EXPECT_EQ(decode_lobby_image(all[i]).has_value(), i == 3) << i;
    EXPECT_EQ(decode_listing_image(all[i]).has_value(), i == 4) << i;
  }
}

TEST(lobby_entries, with_a_number_of_no_move_or_phase_are_refused) {
  auto e = full_entry();
  e.move = static_cast<lobby_move>(lobby_moves);
  EXPECT_FALSE(decode_entry(written(log_entry{e})));
  listing_entry listed{true, listing_change::changed, full_lobby()};
  listed.lobby.phase = static_cast<listing_phase>(listing_phases);
  EXPECT_FALSE(decode_entry(written(log_entry{listed})));
  listed.lobby.phase = listing_phase::open;
  listed.change = static_cast<listing_change>(3);
  EXPECT_FALSE(decode_entry(written(log_entry{listed})));
}

TEST(lobby_entries, of_any_bytes_are_read_or_refused) {
  std::mt19937 random{5};
  for (const auto& sample : samples())
    for (int i = 0; i < 4000; ++i) {
      auto bytes = sample;
      for (auto n = 1 + random() % 3; n > 0; --n)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      expect_total(bytes);
    }
}

} // namespace
} // namespace rookery

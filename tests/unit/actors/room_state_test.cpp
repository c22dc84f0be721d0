#define CAF_SUITE room_state

#include "actors/room/room_state.hpp"

#include <caf/test/dsl.hpp>

#include <map>
#include <random>

using namespace rookery;
using namespace std::chrono_literals;

namespace {

constexpr key_window::limits keys{100, 1min};

payload json(std::string text) {
  return {encoding::json, std::move(text)};
}
state_entry patch(std::string text, std::optional<uint64_t> if_offset = {}) {
  return {"alice", "", 0, json(std::move(text)), if_offset};
}
std::vector<member> all_of(const room_state& room) {
  return room.members({}, room.size());
}

} // namespace

CAF_TEST(a second join of a member changes nothing) {
  room_state room{"chat.a", keys};
  CAF_CHECK(room.apply(joined_entry{"alice", {}}, 1, 0).told.has_value());
  const auto second = room.apply(joined_entry{"alice", {}}, 2, 0);
  CAF_CHECK(second.effect == entry_effect::unchanged);
  CAF_CHECK(!second.told);
  const auto members = all_of(room);
  CAF_CHECK_EQUAL(members.front().since.value_or(0), 1u);
}

CAF_TEST(a leave of somebody who is not there changes nothing) {
  room_state room{"chat.a", keys};
  const auto left = room.apply(left_entry{"alice", "closed"}, 1, 0);
  CAF_CHECK(left.effect == entry_effect::unchanged);
}

CAF_TEST(joins of a large room are not told and make members all the same) {
  room_state room{"chat.a", keys, 0};
  const auto joined = room.apply(joined_entry{"alice", {}, false}, 1, 0);
  CAF_CHECK(joined.effect == entry_effect::applied);
  CAF_CHECK(!joined.told);
  CAF_CHECK(room.has("alice"));
}

CAF_TEST(the same key gives the first position while it is known) {
  room_state room{"chat.a", keys};
  const message_entry said{"alice", "k", 0, json("1")};
  CAF_CHECK(room.apply(said, 5, 0).effect == entry_effect::applied);
  const auto again = room.apply(said, 6, 59'999);
  CAF_CHECK(again.effect == entry_effect::duplicate);
  CAF_CHECK_EQUAL(again.offset, 5u);
  CAF_CHECK(room.apply(said, 7, 60'000).effect == entry_effect::applied);
}

CAF_TEST(merge patches change the state in their order) {
  room_state room{"chat.a", keys};
  room.apply(patch(R"({"title":"a","n":1})"), 3, 0);
  const auto change =
      room.apply(patch(R"({"title":null,"deep":{"x":1}})"), 4, 0);
  CAF_CHECK_EQUAL(room.document(), R"({"n":1,"deep":{"x":1}})");
  CAF_CHECK_EQUAL(room.document_offset(), 4u);
  CAF_CHECK(std::holds_alternative<state_event>(*change.told));
}

CAF_TEST(a patch on a state that changed since is a conflict) {
  room_state room{"chat.a", keys};
  CAF_CHECK(room.apply(patch("{}", 0), 3, 0).effect == entry_effect::applied);
  CAF_CHECK(
      room.apply(patch(R"({"a":1})", 2), 4, 0).effect
      == entry_effect::conflict);
  CAF_CHECK_EQUAL(room.document(), "{}");
  CAF_CHECK(
      room.apply(patch(R"({"a":1})", 3), 5, 0).effect == entry_effect::applied);
  CAF_CHECK(
      room.apply(patch(R"({"a":2})", 9), 10, 0).effect
      == entry_effect::applied);
}

namespace {

log_entry random_entry(std::mt19937& random) {
  const auto user = "u" + std::to_string(random() % 20);
  switch (random() % 5) {
  case 0:
    return joined_entry{user, {}, random() % 4 > 0};
  case 1:
    return left_entry{user, "closed", random() % 4 > 0};
  case 2:
    return message_entry{
        user, "k" + std::to_string(random() % 8), 1, json("true")};
  case 3:
    return message_entry{user, "", 1, json("true")};
  default:
    return state_entry{
        user,
        "",
        1,
        json(
            "{\"f" + std::to_string(random() % 4) + "\":"
            + (random() % 3 == 0 ? "null" : std::to_string(random() % 9))
            + "}"),
        {}};
  }
}

} // namespace

CAF_TEST(any image and the entries after it give the same state) {
  std::mt19937 random{7};
  for (int round = 0; round < 40; ++round) {
    room_state room{"chat.a", keys};
    room_state other{"chat.a", keys};
    std::map<std::string, uint64_t> members;
    for (uint64_t offset = 1; offset < 300; ++offset) {
      const auto entry = random_entry(random);
      const auto stamp = static_cast<int64_t>(offset * 400);
      std::string bytes;
      encode(entry, bytes);
      const auto change = room.apply(entry, offset, stamp);
      const auto same = other.apply(*decode_entry(bytes), offset, stamp);
      CAF_REQUIRE(change.effect == same.effect);
      CAF_REQUIRE_EQUAL(change.offset, same.offset);
      CAF_REQUIRE_EQUAL(change.told.has_value(), same.told.has_value());
      if (const auto* joined = std::get_if<joined_entry>(&entry))
        members.try_emplace(joined->user, offset);
      if (const auto* left = std::get_if<left_entry>(&entry))
        members.erase(left->user);
      if (random() % 20 == 0) {
        bytes.clear();
        encode(other.image(), bytes);
        const auto known = other.keys();
        other.restore(*decode_image(bytes));
        for (const auto& key : known) // are not in it
          other.remember_key(key);
      }
    }
    CAF_REQUIRE_EQUAL(room.document(), other.document());
    CAF_REQUIRE_EQUAL(room.document_offset(), other.document_offset());
    CAF_REQUIRE_EQUAL(room.size(), members.size());
    for (const auto& one : all_of(other))
      CAF_REQUIRE_EQUAL(one.since.value_or(0), members.at(one.user));
  }
}

CAF_TEST(members come in pages in the order of their names) {
  room_state room{"chat.a", keys};
  for (const auto* user : {"d", "a", "c", "b"})
    room.apply(joined_entry{user, {}}, room.size() + 1, 0);
  const auto first = room.members({}, 2);
  const auto second = room.members("b", 2);
  CAF_CHECK_EQUAL(first.back().user, "b");
  CAF_CHECK_EQUAL(second.front().user, "c");
  CAF_CHECK(room.members("d", 2).empty());
}

CAF_TEST(only the first connection joins and only the last leaves) {
  room_connections connections;
  CAF_CHECK(connections.add("alice"));
  CAF_CHECK(!connections.add("alice"));
  CAF_CHECK(!connections.remove("alice"));
  CAF_CHECK(connections.remove("alice"));
  CAF_CHECK_EQUAL(connections.of("alice"), 0u);
}

CAF_TEST(a user is there while a node has him) {
  room_state room{"chat.a", keys};
  CAF_CHECK(room.apply(joined_entry{"ann", {}, true, 7}, 1, 0).told);
  const auto second = room.apply(joined_entry{"ann", {}, true, 9}, 2, 0);
  CAF_CHECK(second.effect == entry_effect::applied);
  CAF_CHECK(!second.told);
  CAF_CHECK(!second.members);
  CAF_CHECK(!room.apply(left_entry{"ann", "closed", true, 7}, 3, 0).told);
  CAF_CHECK(room.has("ann"));
  CAF_CHECK(
      room.apply(left_entry{"ann", "closed", true, 7}, 4, 0).effect
      == entry_effect::unchanged);
  CAF_CHECK(room.apply(left_entry{"ann", "closed", true, 9}, 5, 0).told);
  CAF_CHECK(!room.has("ann"));
}

// What a replay tells of an old entry is what was told when it was applied,
// although nobody judges it again; also by who began with an image.
CAF_TEST(what was told of an entry is known later) {
  room_state room{"chat.a", keys};
  const std::vector<log_entry> log{
      joined_entry{"ann", {}, true, 7}, // told
      joined_entry{"ann", {}, true, 9}, // she was there: not told
      message_entry{"ann", "k", 0, json("1")},
      message_entry{"ann", "k", 0, json("1")}, // the same: not told
      left_entry{"ann", "closed", false, 9},   // not the last: not told
      left_entry{"ann", "closed", false, 7},   // told, though nobody expected
  };
  std::vector<bool> told;
  for (std::size_t i = 0; i < log.size(); ++i)
    told.push_back(room.apply(log[i], i + 1, 0).told.has_value());
  CAF_CHECK(told == (std::vector<bool>{true, false, true, false, false, true}));
  room_state other{"chat.a", keys};
  other.restore(room.image());
  CAF_CHECK_EQUAL(other.entries(), log.size());
  for (std::size_t i = 0; i < log.size(); ++i) {
    CAF_CHECK_EQUAL(room.told_then(log[i], i + 1).has_value(), told[i]);
    CAF_CHECK_EQUAL(other.told_then(log[i], i + 1).has_value(), told[i]);
  }
}

#define CAF_SUITE room_state

#include "actors/room/room_state.hpp"

#include <caf/test/dsl.hpp>

#include <map>
#include <random>
#include <set>

using namespace rookery;

CAF_TEST(a second join of a member changes nothing) {
  room_state room;
  CAF_CHECK(room.apply(member_joined{"alice", {}}, 1));
  CAF_CHECK(!room.apply(member_joined{"alice", {}}, 2));
  CAF_CHECK_EQUAL(room.members().front().since.value_or(0), 1u);
}

CAF_TEST(a leave of somebody who is not there changes nothing) {
  room_state room;
  CAF_CHECK(!room.apply(member_left{"alice", "closed"}, 1));
}

CAF_TEST(a room agrees with a set under random joins and leaves) {
  std::mt19937 random{7};
  room_state room;
  std::map<std::string, uint64_t> model;
  for (uint64_t offset = 1; offset < 5'000; ++offset) {
    const auto user = "u" + std::to_string(random() % 20);
    if (random() % 2 == 0) {
      const bool fresh = model.try_emplace(user, offset).second;
      CAF_REQUIRE_EQUAL(room.apply(member_joined{user, {}}, offset), fresh);
    } else {
      const bool gone = model.erase(user) > 0;
      CAF_REQUIRE_EQUAL(room.apply(member_left{user, ""}, offset), gone);
    }
    CAF_REQUIRE_EQUAL(room.size(), model.size());
  }
  for (const auto& one : room.members())
    CAF_CHECK_EQUAL(one.since.value_or(0), model.at(one.user));
}

CAF_TEST(only the first connection joins and only the last leaves) {
  room_connections connections;
  CAF_CHECK(connections.add("alice"));
  CAF_CHECK(!connections.add("alice"));
  CAF_CHECK(!connections.remove("alice"));
  CAF_CHECK(connections.remove("alice"));
  CAF_CHECK_EQUAL(connections.of("alice"), 0u);
}

#define CAF_SUITE lobby_presence

#include "actors/room/room_state.hpp"

#include <caf/test/dsl.hpp>

#include <memory>

using namespace rookery;
using namespace std::chrono_literals;

namespace {

/// A lobby in which "ann" has a seat since 1000.
struct fixture {
  room_state room{"lobby.a", {100, 1min}, 500, topic_kind::lobby};
  uint64_t last = 0;

  fixture() {
    lobby_entry create;
    create.user = "ann";
    create.move = lobby_move::create;
    create.rules = std::make_shared<const lobby_rules>();
    apply(create, 1000);
  }
  void apply(log_entry entry, int64_t stamp) {
    room.apply(std::move(entry), ++last, stamp);
  }
  /// What a node does that knows no more than the log.
  std::optional<lobby_entry> due(int64_t now) {
    return room.lobby()->due(
        now, [this](const std::string& user) { return room.has(user); });
  }
  bool holds(int64_t now) {
    const auto entry = due(now);
    return entry && entry->move == lobby_move::hold && entry->player == "ann";
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(lobby_presence_tests, fixture)

CAF_TEST(a seat is held at once when its player was a member) {
  apply(joined_entry{"ann", {}}, 1001);
  CAF_CHECK(!due(1002));
  CAF_CHECK(!room.lobby()->next_due());
  apply(left_entry{"ann", "closed"}, 1002);
  CAF_CHECK(holds(1002));
}

CAF_TEST(a held seat is taken back by the node where its player is) {
  apply(joined_entry{"ann", {}}, 1001);
  apply(left_entry{"ann", "closed"}, 1002);
  const auto plays = [](const std::string& user) { return user == "ann"; };
  CAF_CHECK(!room.lobby()->back(plays));
  apply(*due(1003), 1003);
  CAF_CHECK(!room.lobby()->back([](auto&) { return false; }));
  const auto back = room.lobby()->back(plays);
  CAF_REQUIRE(back.has_value());
  apply(*back, 1004);
  CAF_CHECK_EQUAL(room.lobby()->seats().front().held_at, 0u);
  CAF_CHECK(room.judge(*back, 1005) == entry_effect::stale);
}

CAF_TEST_FIXTURE_SCOPE_END()

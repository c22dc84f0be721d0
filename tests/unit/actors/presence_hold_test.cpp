#define CAF_SUITE presence_hold

#include "actors/room/room_holds.hpp"
#include "tests/unit/actors/node_fixture.hpp"

#include <random>

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

constexpr const char* subscribe_a =
    R"({"event":"subscribe","id":1,"topic":"chat.a"})";

/// Bob watches a room in which members are held for 5 s.
struct hold_fixture : node_fixture {
  hold_fixture() {
    context.settings.topics.front().presence_hold = 5s;
    say(bob, subscribe_a);
    bob.forget();
  }

  test_client join(const std::string& user) {
    auto one = connect(user, 1);
    say(one, subscribe_a);
    one.forget();
    return one;
  }
  std::string presence() {
    say(bob, R"({"event":"presence","id":7,"topic":"chat.a"})");
    return bob.next();
  }

  test_client bob = connect("bob");
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(presence_hold_tests, hold_fixture)

CAF_TEST(who is back in time has never left) {
  auto ann = join("ann");
  bob.forget();
  vanish(ann);
  sched.advance_time(4s);
  run();
  CAF_CHECK(contains(presence(), R"("user":"ann","connections":0,)"));
  join("ann");
  sched.advance_time(10s);
  run();
  CAF_CHECK(bob.heard_nothing());
  CAF_CHECK(contains(presence(), R"("user":"ann","connections":1,)"));
}

CAF_TEST(who is not back in time leaves once) {
  auto ann = join("ann");
  bob.forget();
  vanish(ann);
  CAF_CHECK(contains(presence(), R"("held":true)"));
  sched.advance_time(5s);
  run();
  const auto left = bob.next();
  CAF_CHECK(contains(left, R"("event":"left")"));
  CAF_CHECK(contains(left, R"("reason":"closed")"));
  CAF_CHECK(bob.heard_nothing());
  CAF_CHECK(contains(presence(), R"("count":1)"));
}

CAF_TEST(each is held as long) {
  auto ann = join("ann");
  auto cyd = join("cyd");
  bob.forget();
  vanish(ann);
  sched.advance_time(3s);
  vanish(cyd);
  sched.advance_time(2s);
  run();
  CAF_CHECK(contains(bob.next(), R"("user":"ann")"));
  CAF_CHECK(bob.heard_nothing());
  sched.advance_time(3s);
  run();
  CAF_CHECK(contains(bob.next(), R"("user":"cyd")"));
}

CAF_TEST(who wants to go is not held) {
  auto ann = join("ann");
  auto cyd = join("cyd");
  auto dan = join("dan");
  bob.forget();
  say(ann, R"({"event":"unsubscribe","id":2,"topic":"chat.a"})");
  CAF_CHECK(contains(bob.next(), R"("reason":"unsubscribed")"));
  cyd.link().close(close_code::normal);
  run();
  CAF_CHECK(contains(bob.next(), R"("user":"cyd")"));
  dan.link().close(close_code::disconnected_by_api);
  run();
  CAF_CHECK(contains(bob.next(), R"("user":"dan")"));
}

CAF_TEST(who was held when the room crashed leaves in time) {
  auto ann = join("ann");
  bob.forget();
  vanish(ann);
  clock_throws = true;
  say(bob, R"({"event":"publish","topic":"chat.a","data":1})");
  clock_throws = false;
  run();
  bob.forget();
  CAF_CHECK(contains(presence(), R"("user":"ann","connections":0,)"));
  sched.advance_time(5s);
  run();
  CAF_CHECK(contains(bob.next(), R"("event":"left")"));
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(random holds agree with a model) {
  constexpr std::size_t members_max = 8;
  constexpr auto length = 10s;
  room_holds holds{length, members_max};
  std::map<std::string, room_holds::time_point> model;
  std::mt19937 random{11};
  auto now = room_holds::time_point{1h};
  for (int turn = 0; turn < 20'000; ++turn) {
    now += std::chrono::milliseconds{random() % 1500};
    std::vector<std::string> expected;
    for (const auto& [user, until] : model)
      if (until <= now)
        expected.push_back(user);
    auto over = holds.expire(now);
    std::sort(over.begin(), over.end());
    CAF_REQUIRE(over == expected);
    for (const auto& user : expected)
      model.erase(user);
    member one;
    one.user = std::to_string(random() % 12);
    if (random() % 3 == 0) {
      CAF_REQUIRE_EQUAL(holds.take_back(one.user), model.erase(one.user) > 0);
    } else if (!model.contains(one.user)) {
      const bool room = model.size() < members_max;
      const std::chrono::milliseconds at_least{random() % 25'000};
      CAF_REQUIRE_EQUAL(holds.hold(one, now, at_least), room);
      if (room)
        model[one.user] =
            now + std::max<std::chrono::milliseconds>(length, at_least);
    }
    CAF_REQUIRE_EQUAL(holds.empty(), model.empty());
    CAF_REQUIRE(!holds.next_due() || *holds.next_due() > now);
  }
}

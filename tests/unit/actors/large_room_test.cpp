#define CAF_SUITE large_room

#include "actors/room/replay.hpp"
#include "tests/unit/actors/node_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

struct large_room_fixture : node_fixture {
  large_room_fixture() {
    context.settings.topics.front().presence_full_up_to = 4;
  }
  test_client member(int number, const std::string& more = "") {
    auto one = connect("u" + std::to_string(number));
    say(one, R"({"event":"subscribe","id":1,"topic":"chat.a")" + more + "}");
    return one;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(large_room_tests, large_room_fixture)

CAF_TEST(above the limit joins are counted and told once a second) {
  auto first = member(0);
  for (int i = 1; i < 4; ++i)
    member(i);
  first.forget();
  for (int i = 4; i < 20; ++i)
    member(i);
  CAF_CHECK(first.heard_nothing());
  sched.advance_time(1s);
  run();
  CAF_CHECK_EQUAL(
      first.next(), R"({"event":"members","topic":"chat.a","count":20})");
  CAF_CHECK(first.heard_nothing());
}

CAF_TEST(who comes into a large room is told how many there are) {
  for (int i = 0; i < 10; ++i)
    member(i);
  auto last = member(10, R"(,"snapshot":true)");
  last.next();
  const auto snapshot = last.next();
  CAF_CHECK(contains(snapshot, R"("members":[],"count":11)"));
  auto another = member(11);
  another.next();
  CAF_CHECK(contains(another.next(), R"("count":12)"));
}

CAF_TEST(joins that were not told are in no replay and positions go on) {
  auto first = member(0);
  const auto epoch = text_of(first.next(), "epoch");
  for (int i = 1; i < 10; ++i)
    member(i);
  say(first, R"({"event":"publish","topic":"chat.a","data":1})");
  auto back = member(20, R"(,"since":{"epoch":")" + epoch + R"(","offset":3})");
  CAF_CHECK(contains(back.next(), R"("mode":"replay","recovered":true)"));
  back.next(); // members
  CAF_CHECK_EQUAL(number(back.next(), "offset"), 4u);
  CAF_CHECK_EQUAL(number(back.next(), "offset"), 11u);
  CAF_CHECK(is(back.next(), "live"));
}

CAF_TEST(who differs only in what is not told shares one part) {
  room_log log{{10, 100'000}};
  log.begin("e", 0);
  for (uint64_t at = 1; at <= 5; ++at)
    log.skip(at);
  log.append(
      message_event{"chat.a", {}, {encoding::json, "1"}, "ann", 0}, 6, 0);
  replayer replays{{}, {}};
  for (uint64_t after = 0; after < 6; ++after)
    CAF_CHECK_EQUAL(
        replays.after(after, frame_form::json, log).events.messages(), 1u);
  CAF_CHECK_EQUAL(replays.made(), 1u);
}

CAF_TEST(a room that is small again tells all who is there) {
  std::vector<test_client> all;
  for (int i = 0; i < 6; ++i)
    all.push_back(member(i));
  while (all.size() > 4) {
    vanish(all.back());
    all.pop_back();
  }
  all.front().forget();
  vanish(all.back());
  all.pop_back();
  const auto snapshot = all.front().next();
  CAF_CHECK(is(snapshot, "snapshot"));
  CAF_CHECK(contains(snapshot, R"("count":3)"));
  CAF_CHECK(contains(snapshot, R"("user":"u2")"));
  vanish(all.back());
  CAF_CHECK(is(all.front().next(), "left"));
}

CAF_TEST(presence comes in pages) {
  for (int i = 0; i < 7; ++i)
    member(i);
  auto asking = connect("asking");
  const auto page = [&](const std::string& more) {
    say(asking, R"({"event":"presence","id":2,"topic":"chat.a")" + more + "}");
    return asking.next();
  };
  auto reply = page(R"(,"limit":3)");
  CAF_CHECK(contains(reply, R"("count":7)"));
  CAF_CHECK(contains(reply, R"("next":"u2"})"));
  reply = page(R"(,"limit":3,"after":"u5")");
  CAF_CHECK(contains(reply, R"("user":"u6")"));
  CAF_CHECK(!contains(reply, R"("next")"));
}

CAF_TEST_FIXTURE_SCOPE_END()

#define CAF_SUITE lobby_tending

#include "tests/unit/actors/journal_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

std::chrono::milliseconds journal_now{0};

void with_lobbies(node_context& context) {
  clock_source clock;
  clock.wall = clock.steady = [] { return journal_now; };
  context.logs = std::make_shared<memory_journal>(
      memory_journal::answers::when_run, clock);
  topic_class lobby;
  lobby.name = "lobby";
  lobby.match = "lobby.*";
  lobby.kind = topic_kind::lobby;
  lobby.lobby.hold = 100ms;
  context.settings.topics.push_back(lobby);
}

/// A lobby on a node with a journal, which answers when it is told to.
struct tending_fixture : journal_fixture {
  tending_fixture()
      : journal_fixture(with_lobbies) {}

  test_client play(const std::string& user, const std::string& move) {
    auto who = connect(user);
    say(who, R"({"event":"lobby.)" + move
                 + R"(","id":1,"topic":"lobby.a","seats":4})");
    return who;
  }
  void pass(std::chrono::milliseconds time) {
    journal_now += time;
    sched.advance_time(time);
    run();
  }
  /// Who was told to have left, each with why.
  static std::string left(test_client& who) {
    std::string all;
    while (!who.heard_nothing())
      if (const auto text = who.next(); contains(text, R"("change":"left")"))
        all += text_of(text, "user") + ' ' + text_of(text, "reason") + ';';
    return all;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(lobby_tending_tests, tending_fixture)

CAF_TEST(seats of who dropped are held and then free) {
  auto ann = play("ann", "create");
  say(ann, R"({"event":"subscribe","id":2,"topic":"lobby.a"})");
  auto ben = play("ben", "join");
  vanish(ben);
  ann.forget();
  pass(99ms);
  CAF_CHECK_EQUAL(left(ann), "");
  pass(1ms);
  CAF_CHECK_EQUAL(left(ann), "ben gone;");
}

CAF_TEST(what a log does not take is tried again later and not at once) {
  auto ann = play("ann", "create");
  say(ann, R"({"event":"subscribe","id":2,"topic":"lobby.a"})");
  auto ben = play("ben", "join");
  vanish(ben);
  pass(99ms);
  ann.forget();
  logs().fail_next(2);
  pass(1ms);
  CAF_CHECK_EQUAL(left(ann), "");
  for (int i = 0; i < 20; ++i)
    pass(200ms);
  CAF_CHECK_EQUAL(left(ann), "ben gone;");
}

// What the node was about to do for one seat came to nothing, since its player
// came back in time: the others are looked after all the same.
CAF_TEST(who comes back in the last moment does not keep other seats held) {
  auto ann = play("ann", "create");
  say(ann, R"({"event":"subscribe","id":2,"topic":"lobby.a"})");
  auto ben = play("ben", "join");
  auto cem = play("cem", "join");
  vanish(ben);
  pass(50ms);
  vanish(cem);
  auto again = connect("ben");
  say(again, R"({"event":"subscribe","id":2,"topic":"lobby.a"})");
  pass(49ms);
  answers = false;
  say(again, R"({"event":"lobby.join","id":3,"topic":"lobby.a"})");
  pass(1ms);
  answers = true;
  run();
  CAF_CHECK_EQUAL(left(ann), "");
  pass(2s);
  CAF_CHECK_EQUAL(left(ann), "cem gone;");
}

CAF_TEST_FIXTURE_SCOPE_END()

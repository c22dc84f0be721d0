#define CAF_SUITE supervision

#include "tests/unit/actors/node_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;

CAF_TEST_FIXTURE_SCOPE(supervision_tests, node_fixture)

CAF_TEST(a topic that throws is restarted with its subscribers and positions) {
  auto alice = connect("alice", 0);
  auto bob = connect("bob", 1);
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  say(bob, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  alice.forget();
  bob.forget();
  clock_throws = true;
  say(alice, R"({"event":"publish","id":2,"topic":"chat.a","data":1})");
  clock_throws = false;
  CAF_CHECK(contains(alice.next(), R"("id":2,"code":100)"));
  say(alice, R"({"event":"publish","id":3,"topic":"chat.a","data":2})");
  CAF_CHECK(contains(bob.next(), R"("data":2)"));
  CAF_CHECK(bob.heard_nothing());
  say(bob, R"({"event":"presence","id":4,"topic":"chat.a"})");
  CAF_CHECK(contains(bob.next(), R"("count":2)"));
  CAF_CHECK(fatal.empty());
}

CAF_TEST(a topic that throws takes no other topic and no connection with it) {
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  say(alice, R"({"event":"subscribe","id":2,"topic":"news.b"})");
  clock_throws = true;
  say(alice, R"({"event":"publish","topic":"chat.a","data":1})");
  clock_throws = false;
  alice.forget();
  say(alice, R"({"event":"publish","topic":"news.b","data":2})");
  CAF_CHECK(contains(alice.next(), R"("topic":"news.b","data":2)"));
  CAF_CHECK(alice.link().state() == link_state::open);
}

CAF_TEST(a connection that throws takes no other with it) {
  auto alice = connect("alice");
  auto bob = connect("bob");
  auto carol = connect("carol");
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  say(bob, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  bob.link().throws = true;
  alice.forget();
  say(carol, R"({"event":"send","id":1,"user":"bob","data":1})");
  CAF_CHECK(bob.link().closed_with == close_code::server_error);
  CAF_CHECK(contains(alice.next(), R"("event":"left")"));
  say(alice, R"({"event":"publish","topic":"chat.a","data":1})");
  CAF_CHECK(contains(alice.next(), R"("data":1)"));
  CAF_CHECK(fatal.empty());
}

CAF_TEST(a topic that throws too often is refused and its clients come back) {
  context.settings.supervisor.restarts_max = 2;
  auto alice = connect("alice");
  auto bob = connect("bob");
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  clock_throws = true;
  for (int i = 0; i < 3; ++i)
    say(bob, R"({"event":"publish","topic":"chat.a","data":1})");
  clock_throws = false;
  CAF_CHECK(alice.link().closed_with == close_code::server_error);
  bob.forget();
  say(bob, R"({"event":"subscribe","id":2,"topic":"chat.a"})");
  CAF_CHECK(contains(bob.next(), R"("id":2,"code":108)"));
  sched.clock().advance_time(context.settings.supervisor.restart_window);
  say(bob, R"({"event":"subscribe","id":3,"topic":"chat.a"})");
  CAF_CHECK(contains(bob.next(), R"("id":3,"topic":"chat.a")"));
}

CAF_TEST(a topic that nobody uses ends after its idle time and starts anew) {
  auto alice = connect("alice");
  say(alice, R"({"event":"publish","topic":"news.a","data":1})");
  CAF_CHECK_EQUAL(context.topics.load(), 1u);
  for (int i = 0; i < 2; ++i) {
    sched.clock().advance_time(context.settings.topics[1].idle_timeout);
    run();
  }
  CAF_CHECK_EQUAL(context.topics.load(), 0u);
  say(alice, R"({"event":"subscribe","id":1,"topic":"news.a"})");
  CAF_CHECK(contains(alice.next(), R"("id":1,"topic":"news.a")"));
  CAF_CHECK_EQUAL(context.topics.load(), 1u);
}

CAF_TEST(a topic with a subscriber does not end) {
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","id":1,"topic":"news.a"})");
  for (int i = 0; i < 3; ++i) {
    sched.clock().advance_time(context.settings.topics[1].idle_timeout);
    run();
  }
  CAF_CHECK_EQUAL(context.topics.load(), 1u);
}

CAF_TEST(an order that meets an ending topic is not lost) {
  auto alice = connect("alice");
  say(alice, R"({"event":"publish","topic":"news.a","data":1})");
  sched.clock().advance_time(context.settings.topics[1].idle_timeout);
  run();
  // Now the topic says that it is idle, and the order comes at each later step
  // of its end in turn.
  for (int steps = 0; steps < 12; ++steps) {
    sched.clock().advance_time(context.settings.topics[1].idle_timeout);
    for (int i = 0; i < steps; ++i)
      consume_message();
    const auto id = std::to_string(steps + 1);
    alice.say(
        R"({"event":"publish","id":)" + id + R"(,"topic":"news.a","data":1})");
    run();
    CAF_CHECK(contains(alice.next(), R"("event":"reply","id":)" + id));
  }
}

CAF_TEST_FIXTURE_SCOPE_END()

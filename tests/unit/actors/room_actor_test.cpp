#define CAF_SUITE room_actor

#include "tests/unit/actors/node_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;

CAF_TEST_FIXTURE_SCOPE(room_actor_tests, node_fixture)

CAF_TEST(a message reaches the subscribers of both threads in one order) {
  auto alice = connect("alice", 0);
  auto bob = connect("bob", 1);
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  say(bob, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  alice.forget();
  bob.forget();
  alice.say(R"({"event":"publish","topic":"chat.a","data":1})");
  bob.say(R"({"event":"publish","topic":"chat.a","data":2})");
  run();
  for (auto* one : {&alice, &bob}) {
    CAF_CHECK(contains(one->next(), R"("offset":3,"data":1,"user":"alice")"));
    CAF_CHECK(contains(one->next(), R"("offset":4,"data":2,"user":"bob")"));
    CAF_CHECK(one->heard_nothing());
  }
}

CAF_TEST(nothing of a topic comes before the answer to its subscribe) {
  auto alice = connect("alice", 0);
  auto bob = connect("bob", 1);
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  bob.say(R"({"event":"subscribe","id":7,"topic":"chat.a"})");
  alice.say(R"({"event":"publish","topic":"chat.a","data":"x"})");
  run();
  CAF_CHECK(contains(bob.next(), R"("event":"reply","id":7)"));
  CAF_CHECK(contains(bob.next(), R"("event":"live")"));
}

CAF_TEST(a user with several connections joins once and leaves once) {
  auto watcher = connect("watcher");
  say(watcher, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  watcher.forget();
  auto first = connect("alice", 0);
  auto second = connect("alice", 1);
  say(first, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  say(second, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  CAF_CHECK(contains(watcher.next(), R"("event":"joined")"));
  CAF_CHECK(watcher.heard_nothing());
  say(watcher, R"({"event":"presence","id":2,"topic":"chat.a"})");
  const auto presence = watcher.next();
  CAF_CHECK(contains(presence, R"("count":2)"));
  CAF_CHECK(contains(presence, R"("user":"alice","connections":2)"));
  vanish(first);
  CAF_CHECK(watcher.heard_nothing());
  say(second, R"({"event":"unsubscribe","id":2,"topic":"chat.a"})");
  CAF_CHECK(contains(watcher.next(), R"("event":"left")"));
  CAF_CHECK(watcher.heard_nothing());
}

CAF_TEST(who leaves hears no event after the answer and not of the own leave) {
  auto alice = connect("alice");
  auto bob = connect("bob");
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  say(bob, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  alice.forget();
  alice.say(R"({"event":"unsubscribe","id":2,"topic":"chat.a"})");
  bob.say(R"({"event":"publish","topic":"chat.a","data":1})");
  run();
  std::string last;
  while (!alice.heard_nothing())
    last = alice.next();
  CAF_CHECK(contains(last, R"("event":"reply","id":2)"));
}

CAF_TEST(a snapshot follows the answer that promises it) {
  auto alice = connect("alice");
  say(alice,
      R"({"event":"subscribe","id":1,"topic":"chat.a","snapshot":true})");
  CAF_CHECK(contains(alice.next(), R"("mode":"snapshot")"));
  const auto snapshot = alice.next();
  CAF_CHECK(contains(snapshot, R"("event":"snapshot")"));
  CAF_CHECK(contains(snapshot, R"("user":"alice")"));
  CAF_CHECK(contains(alice.next(), R"("event":"live")"));
}

CAF_TEST(a position of another epoch is not recovered) {
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a",
                 "since":{"epoch":"other","offset":0}})");
  const auto reply = alice.next();
  CAF_CHECK(contains(reply, R"("recovered":false)"));
  CAF_CHECK(contains(reply, R"("mode":"snapshot")"));
  auto bob = connect("bob");
  say(bob, R"({"event":"subscribe","id":1,"topic":"chat.a","must_recover":true,
               "since":{"epoch":"other","offset":0}})");
  CAF_CHECK(contains(bob.next(), R"("code":112)"));
  say(bob, R"({"event":"unsubscribe","id":2,"topic":"chat.a"})");
  CAF_CHECK(contains(bob.next(), R"("code":114)"));
}

CAF_TEST_FIXTURE_SCOPE_END()

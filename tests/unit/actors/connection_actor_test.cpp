#define CAF_SUITE connection_actor

#include "tests/unit/actors/node_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;

CAF_TEST_FIXTURE_SCOPE(connection_actor_tests, node_fixture)

CAF_TEST(every message gives its credit back with the answer) {
  auto alice = connect("alice");
  const auto before = alice.link().credit;
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  say(alice, R"({"event":"publish","topic":"chat.a","data":1})");
  say(alice, R"({"event":"publish","id":3,"topic":"nowhere","data":1})");
  say(alice, R"({"event":"ping"})");
  say(alice, R"({"event":"send","id":4,"user":"nobody","data":1})");
  say(alice, R"({"event":"unheard-of","id":5})");
  CAF_CHECK_EQUAL(alice.link().credit, before);
}

CAF_TEST(a credit is out while the topic has not answered) {
  auto alice = connect("alice");
  const auto before = alice.link().credit;
  alice.say(R"({"event":"publish","topic":"chat.a","data":1})");
  CAF_CHECK_EQUAL(alice.link().credit, before - 1);
  run();
  CAF_CHECK_EQUAL(alice.link().credit, before);
}

CAF_TEST(a message without an id gets no answer) {
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","topic":"nowhere"})");
  CAF_CHECK(alice.heard_nothing());
}

CAF_TEST(errors carry the id and the number of the protocol) {
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","id":1,"topic":"nowhere"})");
  CAF_CHECK(contains(alice.next(), R"("id":1,"code":102)"));
  say(alice, R"({"event":"subscribe","id":2,"topic":"chat.a"})");
  alice.forget();
  say(alice, R"({"event":"subscribe","id":3,"topic":"chat.a"})");
  CAF_CHECK(contains(alice.next(), R"("id":3,"code":105)"));
  say(alice, R"({"event":"unsubscribe","id":4,"topic":"chat.b"})");
  CAF_CHECK(contains(alice.next(), R"("id":4,"code":114)"));
  say(alice, R"({"event":"publish","id":5,"topic":"chat.a"})");
  CAF_CHECK(contains(alice.next(), R"("id":5,"code":107)"));
  say(alice, R"({"event":"dance","id":6})");
  CAF_CHECK(contains(alice.next(), R"("id":6,"code":104)"));
  say(alice, R"({"event":"presence","id":7,"topic":"news.a"})");
  CAF_CHECK(contains(alice.next(), R"("id":7,"code":107)"));
}

CAF_TEST(what does not decode closes the connection as malformed) {
  auto alice = connect("alice");
  alice.say("{");
  CAF_CHECK(alice.link().closed_with == close_code::malformed);
}

CAF_TEST(the wrong kind of frame closes the connection) {
  auto alice = connect("alice", 0, frame_form::msgpack);
  alice.say(R"({"event":"ping"})");
  CAF_CHECK(alice.link().closed_with == close_code::unsupported_data);
}

CAF_TEST(an unsubscribe right behind its subscribe is answered after it) {
  auto alice = connect("alice");
  alice.say(R"({"event":"subscribe","id":1,"topic":"news.a"})");
  alice.say(R"({"event":"unsubscribe","id":2,"topic":"news.a"})");
  run();
  CAF_CHECK(contains(alice.next(), R"("id":1)"));
  CAF_CHECK(contains(alice.next(), R"("id":2)"));
  say(alice, R"({"event":"publish","topic":"news.a","data":1})");
  CAF_CHECK(alice.heard_nothing());
  CAF_CHECK_EQUAL(counters[0].subscriptions.value(), 0u);
}

CAF_TEST(a connection that ends while it subscribes leaves nothing behind) {
  auto alice = connect("alice");
  auto bob = connect("bob");
  say(bob, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  alice.say(R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  vanish(alice);
  bob.forget();
  say(bob, R"({"event":"presence","id":2,"topic":"chat.a"})");
  CAF_CHECK(contains(bob.next(), R"("count":1)"));
}

CAF_TEST(a direct message reaches all connections of a user) {
  auto alice = connect("alice");
  auto bob = connect("bob", 0);
  auto other = connect("bob", 1);
  say(alice, R"({"event":"send","id":1,"user":"bob","data":"psst"})");
  CAF_CHECK(contains(alice.next(), R"("id":1,"connections":2)"));
  for (auto* one : {&bob, &other})
    CAF_CHECK(contains(
        one->next(), R"({"event":"direct","user":"alice","data":"psst"})"));
}

CAF_TEST(subscriptions of one connection are limited) {
  context.settings.connection.subscriptions_max = 2;
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","id":1,"topic":"news.a"})");
  say(alice, R"({"event":"subscribe","id":2,"topic":"news.b"})");
  alice.forget();
  say(alice, R"({"event":"subscribe","id":3,"topic":"news.c"})");
  CAF_CHECK(contains(alice.next(), R"("id":3,"code":106)"));
}

CAF_TEST_FIXTURE_SCOPE_END()

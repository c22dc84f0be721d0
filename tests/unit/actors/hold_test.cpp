#define CAF_SUITE hold

#include "tests/unit/actors/node_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(hold_tests, node_fixture)

CAF_TEST(frames of a topic that holds leave together when its time is over) {
  auto alice = connect("alice");
  auto bob = connect("bob", 1);
  say(bob, R"({"event":"subscribe","topic":"scores.a"})");
  for (int i = 0; i < 3; ++i)
    say(alice, R"({"event":"publish","topic":"scores.a","data":1})");
  CAF_CHECK_EQUAL(bob.link().held, 3u);
  CAF_CHECK_EQUAL(bob.link().wakes, 0u);
  let_pass(49ms);
  CAF_CHECK_EQUAL(bob.link().wakes, 0u);
  let_pass(1ms);
  CAF_CHECK_EQUAL(bob.link().wakes, 1u);
  say(alice, R"({"event":"publish","topic":"scores.a","data":1})");
  CAF_CHECK_EQUAL(bob.link().held, 4u);
  let_pass(50ms);
  CAF_CHECK_EQUAL(bob.link().wakes, 2u);
}

CAF_TEST(a topic without hold has its frames leave at once) {
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","topic":"news.a"})");
  say(alice, R"({"event":"publish","topic":"news.a","data":1})");
  CAF_CHECK_EQUAL(alice.link().held, 0u);
  CAF_CHECK(later.empty());
}

CAF_TEST(who leaves while frames wait is not woken) {
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","topic":"scores.a"})");
  say(alice, R"({"event":"publish","topic":"scores.a","data":1})");
  say(alice, R"({"event":"unsubscribe","topic":"scores.a"})");
  let_pass(50ms);
  CAF_CHECK_EQUAL(alice.link().wakes, 0u);
  CAF_CHECK(later.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()

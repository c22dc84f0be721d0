#define CAF_SUITE peer_send

#include "tests/unit/actors/peer_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view to_bob =
    R"({"event":"send","id":7,"user":"bob","data":{"a":[1,2]}})";

} // namespace

CAF_TEST_FIXTURE_SCOPE(peer_send_tests, peer_fixture)

CAF_TEST(a message reaches a user wherever he is) {
  auto ann = connect(0, "ann");
  auto here = connect(0, "bob");
  auto there = connect(1, "bob");
  auto also_there = connect(1, "bob");
  auto other = connect(2, "cid");
  say(ann, to_bob);
  CAF_CHECK_EQUAL(ann.next(), R"({"event":"reply","id":7,"connections":3})");
  for (auto* one : {&here, &there, &also_there})
    CAF_CHECK_EQUAL(
        one->next(), R"({"event":"direct","user":"ann","data":{"a":[1,2]}})");
  CAF_CHECK(other.heard_nothing());
}

CAF_TEST(nobody is asked for a user who is nowhere else) {
  auto ann = connect(0, "ann");
  connect(0, "bob");
  const auto before = parts[0]->peers.counts().calls;
  say(ann, to_bob);
  CAF_CHECK_EQUAL(number(ann.next(), "connections"), 1u);
  say(ann, R"({"event":"send","id":8,"user":"nobody","data":1})");
  CAF_CHECK_EQUAL(ann.next(), R"({"event":"reply","id":8,"connections":0})");
  CAF_CHECK_EQUAL(parts[0]->peers.counts().calls, before);
}

CAF_TEST(a user who went is not looked for where he was) {
  auto ann = connect(0, "ann");
  auto bob = connect(1, "bob");
  nodes[1]->vanish(bob);
  settle();
  const auto before = parts[0]->peers.counts().calls;
  say(ann, to_bob);
  CAF_CHECK_EQUAL(number(ann.next(), "connections"), 0u);
  CAF_CHECK_EQUAL(parts[0]->peers.counts().calls, before);
}

CAF_TEST(messages of one sender keep their order) {
  auto ann = connect(0, "ann");
  auto bob = connect(1, "bob");
  for (int i = 0; i < 20; ++i)
    ann.say(
        R"({"event":"send","user":"bob","data":)" + std::to_string(i) + "}");
  run();
  for (int i = 0; i < 20; ++i)
    CAF_CHECK_EQUAL(
        bob.next(),
        R"({"event":"direct","user":"ann","data":)" + std::to_string(i) + "}");
}

CAF_TEST(that nobody answers is no count of zero) {
  auto ann = connect(0, "ann");
  auto bob = connect(1, "bob");
  cut(1);
  say(ann, to_bob);
  const auto answer = ann.next();
  CAF_CHECK(is(answer, "error"));
  CAF_CHECK_EQUAL(number(answer, "code"), 108u);
  CAF_CHECK(bob.heard_nothing());
}

CAF_TEST(who was reached counts when another node does not answer) {
  auto ann = connect(0, "ann");
  connect(0, "bob");
  connect(1, "bob");
  cut(1);
  say(ann, to_bob);
  CAF_CHECK_EQUAL(number(ann.next(), "connections"), 1u);
}

CAF_TEST(what comes too late is not delivered) {
  auto ann = connect(0, "ann");
  auto bob = connect(1, "bob");
  ann.say(to_bob);
  consume_messages();
  time.hub.run_until(time.hub.now()); // in the mailbox of the registry
  sched.clock().current_time += 5s;
  run();
  CAF_CHECK_EQUAL(number(ann.next(), "code"), 108u);
  CAF_CHECK(bob.heard_nothing());
}

CAF_TEST(messages of others that can not be read are counted) {
  auto ann = connect(0, "ann");
  say(ann, R"({"event":"subscribe","id":1,"topic":"news.a"})");
  settle();
  ann.forget();
  for (int i = 0; i < 3; ++i)
    CAF_CHECK(
        parts[1]->net->publish({"pub.test.news.a", "no envelope", {}, {}}));
  settle();
  CAF_CHECK(ann.heard_nothing());
  CAF_CHECK_EQUAL(nodes[0]->context.lost.counts().unreadable, 3u);
}

CAF_TEST_FIXTURE_SCOPE_END()

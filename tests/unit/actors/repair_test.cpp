#define CAF_SUITE repair

#include "tests/unit/actors/node_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

struct repair_fixture : node_fixture {
  void publish(test_client& who, const std::string& topic, int times) {
    for (int i = 0; i < times; ++i)
      say(who, R"({"event":"publish","topic":")" + topic + R"(","data":1})");
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(repair_tests, repair_fixture)

CAF_TEST(a full outbox gets a gap and then what it missed and then live) {
  auto slow = connect("slow");
  auto fast = connect("fast", 1);
  say(slow, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  slow.forget();
  slow.link().room = 2;
  publish(fast, "chat.a", 5); // offsets 2 to 6, behind the join
  CAF_CHECK_EQUAL(number(slow.next(), "offset"), 2u);
  CAF_CHECK_EQUAL(number(slow.next(), "offset"), 3u);
  CAF_CHECK(slow.heard_nothing());
  slow.link().make_room(1000);
  run();
  const auto gap = slow.next();
  CAF_CHECK(is(gap, "gap"));
  CAF_CHECK_EQUAL(number(gap, "from"), 4u);
  CAF_CHECK_EQUAL(number(gap, "to"), 6u);
  for (uint64_t at = 4; at <= 6; ++at)
    CAF_CHECK_EQUAL(number(slow.next(), "offset"), at);
  CAF_CHECK(is(slow.next(), "live"));
  publish(fast, "chat.a", 1);
  CAF_CHECK_EQUAL(number(slow.next(), "offset"), 7u);
  CAF_CHECK(slow.link().state() == link_state::open);
}

CAF_TEST(who is too far behind gets a snapshot instead) {
  auto& rules = context.settings.topics.front();
  rules.history_messages = 10;
  auto slow = connect("slow");
  auto fast = connect("fast");
  say(slow, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  slow.forget();
  slow.link().room = 0;
  publish(fast, "chat.a", 30);
  slow.link().make_room(1000);
  run();
  CAF_CHECK(is(slow.next(), "gap"));
  const auto snapshot = slow.next();
  CAF_CHECK(is(snapshot, "snapshot"));
  CAF_CHECK_EQUAL(number(snapshot, "offset"), 31u);
  CAF_CHECK(contains(snapshot, R"("user":"slow")"));
  CAF_CHECK(is(slow.next(), "live"));
}

CAF_TEST(a position of this log is recovered by a replay) {
  auto alice = connect("alice");
  auto bob = connect("bob");
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  const auto epoch = text_of(alice.next(), "epoch");
  alice.forget();
  publish(bob, "chat.a", 1); // offset 2
  vanish(alice);             // 3
  publish(bob, "chat.a", 2); // 4, 5
  auto again = connect("alice", 1, frame_form::json);
  say(again, R"({"event":"subscribe","id":1,"topic":"chat.a",
      "since":{"epoch":")"
                 + epoch + R"(","offset":2}})");
  const auto reply = again.next();
  CAF_CHECK(contains(reply, R"("mode":"replay")"));
  CAF_CHECK(contains(reply, R"("recovered":true)"));
  CAF_CHECK_EQUAL(number(reply, "offset"), 6u); // the join included
  CAF_CHECK(is(again.next(), "left"));
  CAF_CHECK_EQUAL(number(again.next(), "offset"), 4u);
  CAF_CHECK_EQUAL(number(again.next(), "offset"), 5u);
  CAF_CHECK(is(again.next(), "joined"));
  CAF_CHECK(is(again.next(), "live"));
  CAF_CHECK(again.heard_nothing());
}

CAF_TEST(a key is stored once while its window lasts and the room lives on) {
  auto& rules = context.settings.topics.front();
  rules.idempotency_window = 10s;
  auto ann = connect("ann");
  const auto published = [&](const char* key) {
    say(ann, std::string{R"({"event":"publish","id":9,"topic":"chat.a",)"}
                 + R"("data":1,"key":")" + key + R"("})");
    return number(ann.next(), "offset");
  };
  CAF_CHECK_EQUAL(published("k"), 1u);
  CAF_CHECK_EQUAL(published("k"), 1u);
  CAF_CHECK_EQUAL(published("other"), 2u);
  sched.advance_time(9s);
  CAF_CHECK_EQUAL(published("k"), 1u);
  sched.advance_time(1s);
  CAF_CHECK_EQUAL(published("k"), 3u);
  CAF_CHECK_EQUAL(published("k"), 3u);
}

CAF_TEST(a position of the future is not recovered) {
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  const auto epoch = text_of(alice.next(), "epoch");
  auto bob = connect("bob");
  const auto since = R"("since":{"epoch":")" + epoch + R"(","offset":9})";
  say(bob,
      R"({"event":"subscribe","id":1,"topic":"chat.a","must_recover":true,)"
          + since + "}");
  CAF_CHECK(contains(bob.next(), R"("code":112)"));
  say(bob, R"({"event":"subscribe","id":2,"topic":"chat.a",)" + since + "}");
  CAF_CHECK(contains(bob.next(), R"("recovered":false)"));
  CAF_CHECK(is(bob.next(), "snapshot"));
}

CAF_TEST(a paused room queues nothing and is repaired when resumed) {
  auto alice = connect("alice");
  auto bob = connect("bob", 1);
  say(alice, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  say(alice, R"({"event":"flow.pause","id":2,"topic":"chat.a"})");
  alice.forget();
  publish(bob, "chat.a", 3); // 2, 3, 4
  CAF_CHECK(alice.heard_nothing());
  say(alice, R"({"event":"flow.resume","id":3,"topic":"chat.a"})");
  CAF_CHECK(contains(alice.next(), R"("id":3)"));
  CAF_CHECK(contains(alice.next(), R"("reason":"paused")"));
  for (uint64_t at = 2; at <= 4; ++at)
    CAF_CHECK_EQUAL(number(alice.next(), "offset"), at);
  CAF_CHECK(is(alice.next(), "live"));
}

CAF_TEST(a paused topic without a log counts what it dropped) {
  auto alice = connect("alice");
  say(alice, R"({"event":"subscribe","topic":"news.a"})");
  say(alice, R"({"event":"flow.pause"})"); // all
  publish(alice, "news.a", 3);
  CAF_CHECK(alice.heard_nothing());
  say(alice, R"({"event":"flow.resume","topic":"news.a"})");
  const auto gap = alice.next();
  CAF_CHECK(is(gap, "gap"));
  CAF_CHECK_EQUAL(number(gap, "dropped"), 3u);
  publish(alice, "news.a", 1);
  CAF_CHECK(is(alice.next(), "message"));
}

CAF_TEST(history gives the newest or what came after a position) {
  auto alice = connect("alice");
  for (int i = 1; i <= 5; ++i)
    say(alice, R"({"event":"publish","id":1,"topic":"chat.a","data":)"
                   + std::to_string(i) + "}");
  const auto epoch = text_of(alice.next(), "epoch");
  alice.forget();
  say(alice, R"({"event":"history","id":2,"topic":"chat.a","limit":2})");
  auto reply = alice.next();
  CAF_CHECK(contains(reply, R"("data":4)"));
  CAF_CHECK(reply.find(R"("data":4)") < reply.find(R"("data":5)"));
  CAF_CHECK(!contains(reply, R"("data":3)"));
  say(alice, R"({"event":"history","id":3,"topic":"chat.a","limit":2,
      "since":{"epoch":")"
                 + epoch + R"(","offset":1}})");
  reply = alice.next();
  CAF_CHECK(contains(reply, R"("data":2)"));
  CAF_CHECK(contains(reply, R"("data":3)"));
  CAF_CHECK(!contains(reply, R"("data":4)"));
  say(alice, R"({"event":"history","id":4,"topic":"chat.a","limit":2,
      "reverse":true})");
  reply = alice.next();
  CAF_CHECK(reply.find(R"("data":5)") < reply.find(R"("data":4)"));
  say(alice, R"({"event":"history","id":5,"topic":"chat.a",
      "since":{"epoch":"other","offset":1}})");
  CAF_CHECK(contains(alice.next(), R"("code":112)"));
}

CAF_TEST_FIXTURE_SCOPE_END()

#define CAF_SUITE overflow

#include "tests/unit/actors/node_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

/// What a policy does to a client whose socket is full.
struct overflow_fixture : node_fixture {
  /// Topics of this name have the policy.
  void add_class(
      std::string name, overflow_policy policy,
      topic_kind kind = topic_kind::topic) {
    topic_class made;
    made.name = name;
    made.match = name + ".*";
    made.kind = kind;
    made.overflow = policy;
    context.settings.topics.push_back(made);
  }
  void subscribe(test_client& who, const std::string& topic) {
    say(who, R"({"event":"subscribe","id":1,"topic":")" + topic + R"("})");
    who.forget();
  }
  void
  publish(test_client& who, const std::string& topic, const std::string& rest) {
    say(who, R"({"event":"publish","topic":")" + topic + R"(",)" + rest + '}');
  }
  /// The closing of a connection that was cut; empty: it was not.
  static std::string verdict(test_client& of) {
    return of.link().closed_with == close_code::laggard ? of.link().cut_because
                                                        : std::string{};
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(overflow_tests, overflow_fixture)

CAF_TEST(
    drop newest keeps what waits and tells what it dropped before what comes) {
  add_class("dn", overflow_policy::drop_newest);
  auto slow = connect("slow");
  auto fast = connect("fast", 1);
  subscribe(slow, "dn.a");
  slow.link().room = 1;
  for (const auto* data : {"1", "2", "3"})
    publish(fast, "dn.a", std::string{R"("data":)"} + data);
  slow.link().room = 1; // not for the gap and an event
  publish(fast, "dn.a", R"("data":4)");
  slow.link().room = 10;
  publish(fast, "dn.a", R"("data":5)");
  CAF_CHECK(contains(slow.next(), R"("data":1)"));
  const auto gap = slow.next();
  CAF_CHECK(contains(gap, R"("event":"gap","topic":"dn.a","dropped":3)"));
  CAF_CHECK(contains(slow.next(), R"("data":5)"));
  CAF_CHECK(slow.heard_nothing());
}

CAF_TEST(drop oldest keeps what is new and tells what it dropped once there is
             room) {
  auto slow = connect("slow");
  auto fast = connect("fast");
  subscribe(slow, "news.a");
  slow.link().room = 2;
  for (const auto* data : {"1", "2", "3", "4", "5"})
    publish(fast, "news.a", std::string{R"("data":)"} + data);
  CAF_CHECK(slow.link().awaited);
  slow.link().make_room(100);
  CAF_CHECK(contains(slow.next(), R"("data":4)"));
  CAF_CHECK(contains(slow.next(), R"("data":5)"));
  CAF_CHECK(
      contains(slow.next(), R"("event":"gap","topic":"news.a","dropped":3)"));
  CAF_CHECK(slow.heard_nothing());
}

CAF_TEST(
    keep latest sends the last value of each tag in the order of their coming) {
  add_class("pos", overflow_policy::keep_latest);
  auto slow = connect("slow");
  auto other = connect("other", 1);
  auto fast = connect("fast");
  subscribe(slow, "pos.a");
  subscribe(other, "pos.a");
  publish(fast, "pos.a", R"("data":0,"tag":"x")");
  CAF_CHECK(contains(slow.next(), R"("data":0)"));
  slow.link().block();
  publish(fast, "pos.a", R"("data":1,"tag":"x")");
  publish(fast, "pos.a", R"("data":2,"tag":"y")");
  publish(fast, "pos.a", R"("data":3,"tag":"x")");
  publish(fast, "pos.a", R"("data":4)");
  publish(fast, "pos.a", R"("data":5,"tag":"x")");
  CAF_CHECK(slow.heard_nothing());
  slow.link().unblock();
  CAF_CHECK(contains(slow.next(), R"("data":2)"));
  CAF_CHECK(contains(slow.next(), R"("data":4)"));
  CAF_CHECK(contains(slow.next(), R"("data":5)"));
  CAF_CHECK(contains(slow.next(), R"("dropped":2)"));
  publish(fast, "pos.a", R"("data":6,"tag":"x")");
  CAF_CHECK(contains(slow.next(), R"("data":6)"));
  for (int i = 0; i <= 6; ++i)
    CAF_CHECK(contains(other.next(), R"("data":)" + std::to_string(i)));
}

CAF_TEST(a paused subscription of keep latest resumes with the last values) {
  add_class("pos", overflow_policy::keep_latest);
  auto slow = connect("slow");
  auto fast = connect("fast");
  subscribe(slow, "pos.a");
  say(slow, R"({"event":"flow.pause","topic":"pos.a"})");
  publish(fast, "pos.a", R"("data":1,"tag":"x")");
  publish(fast, "pos.a", R"("data":2,"tag":"x")");
  CAF_CHECK(slow.heard_nothing());
  say(slow, R"({"event":"flow.resume","topic":"pos.a"})");
  CAF_CHECK(contains(slow.next(), R"("data":2)"));
  CAF_CHECK(contains(slow.next(), R"("dropped":1,"reason":"paused")"));
}

CAF_TEST(block sender makes publishers wait and loses nothing) {
  add_class("seq", overflow_policy::block_sender);
  auto slow = connect("slow");
  auto other = connect("other", 1);
  auto fast = connect("fast");
  subscribe(slow, "seq.a");
  subscribe(other, "seq.a");
  slow.link().room = 1;
  for (int i = 1; i <= 4; ++i)
    publish(fast, "seq.a", R"("id":7,"data":)" + std::to_string(i));
  CAF_CHECK_EQUAL(fast.link().sent.size(), 2u); // the others wait
  CAF_CHECK_EQUAL(fast.link().credit, 62u);
  slow.link().make_room(100);
  run();
  CAF_CHECK_EQUAL(fast.link().sent.size(), 4u);
  for (int i = 1; i <= 4; ++i) {
    CAF_CHECK(contains(slow.next(), R"("data":)" + std::to_string(i)));
    CAF_CHECK(contains(other.next(), R"("data":)" + std::to_string(i)));
  }
  CAF_CHECK(verdict(slow).empty());
}

CAF_TEST(who keeps publishers waiting for too long is a laggard and stops nobody) {
  add_class("seq", overflow_policy::block_sender);
  auto dead = connect("dead");
  auto other = connect("other", 1);
  auto fast = connect("fast");
  subscribe(dead, "seq.a");
  subscribe(other, "seq.a");
  dead.link().room = 0;
  for (int i = 1; i <= 3; ++i)
    publish(fast, "seq.a", R"("data":)" + std::to_string(i));
  CAF_CHECK(contains(other.next(), R"("data":1)"));
  CAF_CHECK(other.heard_nothing());
  let_pass(999ms);
  run();
  CAF_CHECK(verdict(dead).empty());
  let_pass(1ms);
  run();
  CAF_CHECK(contains(verdict(dead), "laggard: "));
  CAF_CHECK(contains(verdict(dead), "kept the publishers of seq.a waiting"));
  CAF_CHECK(contains(other.next(), R"("data":2)"));
  CAF_CHECK(contains(other.next(), R"("data":3)"));
  CAF_CHECK_EQUAL(fast.link().credit, 64u);
}

CAF_TEST(a blocking client that leaves or pauses keeps nobody waiting) {
  add_class("seq", overflow_policy::block_sender);
  auto first = connect("first");
  auto second = connect("second");
  auto fast = connect("fast");
  subscribe(first, "seq.a");
  subscribe(second, "seq.a");
  first.link().room = second.link().room = 0;
  publish(fast, "seq.a", R"("data":1)");
  publish(fast, "seq.a", R"("data":2)");
  CAF_CHECK_EQUAL(fast.link().credit, 63u);
  vanish(first);
  CAF_CHECK_EQUAL(fast.link().credit, 63u);
  say(second, R"({"event":"flow.pause","topic":"seq.a"})");
  CAF_CHECK_EQUAL(fast.link().credit, 64u);
  second.link().make_room(100);
  say(second, R"({"event":"flow.resume","topic":"seq.a"})");
  CAF_CHECK(contains(second.next(), R"("dropped":2)"));
}

CAF_TEST(a room that blocks repairs the slow one and then goes on) {
  add_class("hall", overflow_policy::block_sender, topic_kind::room);
  auto slow = connect("slow");
  auto fast = connect("fast", 1);
  subscribe(slow, "hall.a");
  slow.link().room = 1;
  for (int i = 1; i <= 4; ++i)
    publish(fast, "hall.a", R"("data":)" + std::to_string(i));
  CAF_CHECK_EQUAL(fast.link().credit, 62u);
  slow.link().make_room(100);
  run();
  CAF_CHECK(contains(slow.next(), R"("data":1)"));
  CAF_CHECK(contains(slow.next(), R"("event":"gap")"));
  CAF_CHECK(contains(slow.next(), R"("data":2)"));
  CAF_CHECK(contains(slow.next(), R"("event":"live")"));
  CAF_CHECK(contains(slow.next(), R"("data":3)"));
  CAF_CHECK(contains(slow.next(), R"("data":4)"));
  CAF_CHECK_EQUAL(fast.link().credit, 64u);
}

CAF_TEST(disconnect closes who is full and says how far behind it was) {
  add_class("live", overflow_policy::disconnect);
  auto slow = connect("slow");
  auto fast = connect("fast");
  subscribe(slow, "live.a");
  slow.link().block();
  slow.link().room = 0;
  publish(fast, "live.a", R"("data":1)");
  CAF_CHECK_EQUAL(
      verdict(slow), "laggard: 7 messages (700 bytes) behind on live.a");
}

CAF_TEST(a socket that stands still for the grace time is a laggard and one that moves is kept) {
  auto dead = connect("dead");
  auto crawling = connect("crawling", 1);
  dead.link().block();
  crawling.link().block();
  for (int second = 1; second < 10; ++second) {
    ++crawling.link().acked;
    let_pass(1s);
    run();
    CAF_CHECK(verdict(dead).empty());
  }
  for (int second = 10; second <= 13; ++second) {
    ++crawling.link().acked;
    let_pass(1s);
    run();
  }
  CAF_CHECK(contains(
      verdict(dead),
      "laggard: 7 messages (700 bytes) behind, nothing read for "));
  CAF_CHECK(crawling.link().state() == link_state::open);
  crawling.link().unblock();
  let_pass(30s);
  run();
  CAF_CHECK(crawling.link().state() == link_state::open);
}

CAF_TEST(a client without credit is asked to pause and told when it may go on) {
  add_class("seq", overflow_policy::block_sender);
  context.settings.connection.credit = 4;
  auto slow = connect("slow");
  auto fast = connect("fast");
  subscribe(slow, "seq.a");
  slow.link().room = 0;
  for (int i = 1; i <= 5; ++i) // the first is answered
    publish(fast, "seq.a", R"("data":)" + std::to_string(i));
  let_pass(100ms);
  run();
  CAF_CHECK(fast.heard_nothing());
  let_pass(300ms);
  run();
  CAF_CHECK_EQUAL(
      fast.next(), R"({"event":"flow.pause","reason":"server overloaded"})");
  slow.link().make_room(100);
  run();
  CAF_CHECK_EQUAL(fast.next(), R"({"event":"flow.resume"})");
  CAF_CHECK(fast.heard_nothing());
}

CAF_TEST_FIXTURE_SCOPE_END()

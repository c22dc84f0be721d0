#define CAF_SUITE alerter

#include "tests/unit/actors/node_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

struct alerter_fixture : node_fixture {
  alerter_fixture()
      : operator_(connect_as(with_claim("$sys.alerts"), 1)) {
    context.settings.connection.outbox_messages_max = 100;
    subscribe(operator_, "$sys.alerts");
    CAF_REQUIRE(contains(operator_.next(), R"("event":"reply")"));
  }

  static client_facts with_claim(const std::string& pattern) {
    identity who;
    who.user = "operator";
    who.grants = {topic_grant{pattern, right_set::all()}};
    client_facts facts;
    facts.user = std::make_shared<const identity>(std::move(who));
    facts.address = "192.0.2.9";
    return facts;
  }
  void subscribe(test_client& who, const std::string& topic) {
    say(who, R"({"event":"subscribe","id":1,"topic":")" + topic + R"("})");
  }
  /// Checks come every second.
  void pass(std::chrono::seconds time) {
    for (; time.count() > 0; --time) {
      sched.clock().advance_time(1s);
      run();
    }
  }
  uint64_t raised(alert_scope scope) const {
    return context.alerts[static_cast<std::size_t>(scope)];
  }
  static void fill(test_client& one, uint32_t messages) {
    if (messages > 0)
      one.link().block();
    else
      one.link().unblock();
    one.link().waiting = messages;
  }
  /// Connections that listen to a topic, of which `crowded` do not read.
  void
  audience_of(const std::string& topic, std::size_t all, std::size_t crowded) {
    for (std::size_t i = 0; i < all; ++i) {
      auto one = connect("user-" + std::to_string(i), i % 2);
      subscribe(one, topic);
      fill(one, i < crowded ? 60 : 0);
    }
  }

  test_client operator_;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(alerter_tests, alerter_fixture)

CAF_TEST(a connection that stays crowded is told to operators and in a gauge) {
  auto ann = connect("ann");
  fill(ann, 50);
  pass(5s);
  CAF_CHECK(operator_.heard_nothing());
  pass(1s);
  const auto told = operator_.next();
  CAF_CHECK(contains(told, R"("topic":"$sys.alerts")"));
  CAF_CHECK(contains(told, R"("user":"$sys")"));
  CAF_CHECK(contains(
      told, R"("data":{"alert":"raised","scope":"connection","connection":")"
                + to_text(ann.speaker().id())
                + R"(","user":"ann","address":"192.0.2.1","percent":50})"));
  CAF_CHECK_EQUAL(raised(alert_scope::connection), 1u);
  fill(ann, 0);
  pass(5s);
  CAF_CHECK(operator_.heard_nothing());
  pass(1s);
  CAF_CHECK(contains(operator_.next(), R"("alert":"cleared")"));
  CAF_CHECK_EQUAL(raised(alert_scope::connection), 0u);
}

CAF_TEST(bytes count as messages do) {
  context.settings.connection.outbox_bytes_max = 1000;
  auto ann = connect("ann");
  fill(ann, 7); // 700 bytes
  pass(6s);
  CAF_CHECK(contains(operator_.next(), R"("percent":70)"));
}

CAF_TEST(who is not so full is no alert) {
  auto ann = connect("ann");
  fill(ann, 49);
  pass(20s);
  CAF_CHECK(operator_.heard_nothing());
}

CAF_TEST(an alert clears when its connection is gone) {
  auto ann = connect("ann");
  fill(ann, 90);
  pass(6s);
  CAF_CHECK_EQUAL(raised(alert_scope::connection), 1u);
  vanish(ann);
  pass(6s);
  CAF_CHECK_EQUAL(raised(alert_scope::connection), 0u);
}

CAF_TEST(a topic with many crowded listeners is an alert) {
  audience_of("news.a", 20, 4);
  audience_of("news.b", 20, 3);
  pass(6s);
  CAF_CHECK_EQUAL(raised(alert_scope::topic), 1u);
  bool told = false;
  while (!operator_.heard_nothing())
    told |= contains(
        operator_.next(),
        R"({"alert":"raised","scope":"topic","topic":"news.a","percent":20})");
  CAF_CHECK(told);
}

CAF_TEST(a topic with few listeners is none) {
  audience_of("news.a", 9, 9);
  pass(10s);
  CAF_CHECK_EQUAL(raised(alert_scope::connection), 9u);
  CAF_CHECK_EQUAL(raised(alert_scope::topic), 0u);
}

CAF_TEST(a node with many crowded connections is an alert) {
  counters[0].open.add(50);
  counters[1].open.add(50);
  audience_of("news.a", 5, 5);
  pass(6s);
  CAF_CHECK_EQUAL(raised(alert_scope::node), 1u);
  counters[0].open.add(50);
  counters[1].open.add(100); // 2 percent
  pass(6s);
  CAF_CHECK_EQUAL(raised(alert_scope::node), 0u);
}

CAF_TEST(a look at many connections takes several checks) {
  for (int i = 0; i < 41'000; ++i)
    connect("user-" + std::to_string(i % 10), 0).link().blink();
  auto last = connect("last", 0);
  fill(last, 90);
  pass(6s);
  CAF_CHECK_EQUAL(raised(alert_scope::connection), 0u);
  pass(4s);
  CAF_CHECK_EQUAL(raised(alert_scope::connection), 1u);
}

CAF_TEST(only who has the right may listen) {
  auto user = connect("ann");
  subscribe(user, "$sys.alerts");
  CAF_CHECK(contains(user.next(), R"("code":103)"));
  auto all = connect_as(with_claim(">"));
  subscribe(all, "$sys.alerts");
  CAF_CHECK(contains(all.next(), R"("code":103)"));
  subscribe(operator_, "$sys.other");
  CAF_CHECK(contains(operator_.next(), R"("code":102)"));
}

CAF_TEST(nobody may publish there) {
  say(operator_,
      R"({"event":"publish","id":2,"topic":"$sys.alerts","data":"lies"})");
  CAF_CHECK(contains(operator_.next(), R"("code":103)"));
  CAF_CHECK(operator_.heard_nothing());
}

CAF_TEST(a class of its own may let users listen) {
  topic_class alerts;
  alerts.name = "alerts";
  alerts.match = "$sys.alerts";
  context.settings.topics.push_back(alerts);
  auto ann = connect("ann");
  subscribe(ann, "$sys.alerts");
  CAF_CHECK(contains(ann.next(), R"("event":"reply")"));
}

CAF_TEST(an alerter that crashes is started again) {
  auto& state =
      static_cast<supervisor_actor::stateful_pointer<supervisor_state>>(
          caf::actor_cast<caf::abstract_actor*>(root))
          ->state;
  const auto first = state.alerts;
  anon_send_exit(first, caf::exit_reason::kill);
  run();
  CAF_CHECK(state.alerts && state.alerts != first);
  CAF_CHECK(fatal.empty());
  auto ann = connect("ann");
  fill(ann, 90);
  pass(6s);
  CAF_CHECK_EQUAL(raised(alert_scope::connection), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

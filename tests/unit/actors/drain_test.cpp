#define CAF_SUITE drain

#include "actors/api/drain_call.hpp"
#include "actors/node/node_drain.hpp"
#include "tests/unit/actors/cluster_fixture.hpp"
#include "tests/unit/actors/journal_fixture.hpp"
#include "tests/unit/actors/said_request.hpp"

#include <caf/test/dsl.hpp>

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view subscribe_a =
    R"({"event":"subscribe","id":1,"topic":"chat.a"})";

/// A node, with a journal or without, that is told to send its clients away.
template <class Fixture>
struct draining : Fixture {
  void
  begin(std::chrono::milliseconds window, std::chrono::milliseconds limit) {
    for (const auto& thread : this->context.fanouts)
      caf::anon_send(
          thread, depart_order{this->sched.clock().now(), window, limit});
    this->run();
  }
  /// Time goes on in steps, so that each thread does what is due.
  void pass(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 10ms) {
      this->let_pass(10ms);
      this->run();
    }
  }
  static bool closed(test_client& one) {
    return one.link().state() != link_state::open;
  }
};
using drain_fixture = draining<node_fixture>;
using receipts_fixture = draining<journal_fixture>;

/// Two nodes; the second drains, the first stays.
struct two_nodes : cluster_fixture {
  static constexpr std::size_t stays = 0, drains = 1;

  two_nodes()
      : cluster_fixture(1, 2) {}
  ~two_nodes() { nodes.clear(), counters_of_this_thread() = nullptr; }

  test_client join(std::size_t node, const std::string& user) {
    auto who = nodes[node]->connect(user);
    who.say(subscribe_a);
    run();
    return who;
  }
  void drain() {
    nodes[drains]->context.departure_hold = 12s;
    for (const auto& thread : nodes[drains]->context.fanouts)
      caf::anon_send(thread, depart_order{sched.clock().now(), 2s, 60s});
    run();
  }
  void stop_the_one_that_drains() {
    const auto life = nodes[drains]->context.life.load();
    nodes.pop_back();
    counters_of_this_thread() = &nodes[stays]->counters[0];
    dead.insert(life);
    caf::anon_send(nodes[stays]->root, gone_order{life, 12s});
    run();
  }
  void pass(std::chrono::milliseconds time) {
    sched.advance_time(time);
    run();
  }
  static std::vector<std::string> comings_and_goings(test_client& who) {
    std::vector<std::string> all;
    while (!who.heard_nothing())
      if (auto text = who.next(); is(text, "left") || is(text, "joined"))
        all.push_back(std::move(text));
    return all;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(drain_pace_tests, drain_fixture)

CAF_TEST(each client is told its own time within the window) {
  std::vector<test_client> all;
  for (int i = 0; i < 10; ++i)
    all.push_back(connect("u" + std::to_string(i), i % 2));
  begin(2s, 60s);
  std::vector<uint64_t> times;
  for (auto& one : all) {
    const auto told = one.next();
    CAF_CHECK(contains(told, R"("event":"reconnect","reason":"drain")"));
    CAF_CHECK_EQUAL(number(told, "window_ms"), 2000u);
    times.push_back(number(told, "after_ms"));
  }
  std::sort(times.begin(), times.end());
  for (std::size_t i = 0; i < times.size(); ++i)
    CAF_CHECK_EQUAL(times[i], i * 200);
}

CAF_TEST(who does not go is closed after its time) {
  auto first = connect("ann");
  auto second = connect("bob");
  begin(10s, 60s); // at 0 and 5 s
  pass(1900ms);
  CAF_CHECK(!closed(first));
  pass(200ms);
  CAF_CHECK(closed(first) && !closed(second));
  CAF_CHECK(first.link().closed_with == close_code::drain);
  pass(4800ms);
  CAF_CHECK(!closed(second));
  pass(200ms);
  CAF_CHECK(closed(second));
}

CAF_TEST(nobody stays longer than the limit) {
  auto first = connect("ann");
  auto second = connect("bob");
  begin(2s, 2s);
  pass(2100ms);
  CAF_CHECK(closed(first) && closed(second));
}

CAF_TEST(thousands are told in turns) {
  std::vector<test_client> all;
  for (int i = 0; i < 500; ++i)
    all.push_back(connect("u" + std::to_string(i)));
  begin(1s, 60s);
  const auto told = [&] {
    return std::count_if(all.begin(), all.end(), [](test_client& one) {
      return !one.heard_nothing();
    });
  };
  CAF_CHECK_EQUAL(told(), 200);
  pass(10ms);
  CAF_CHECK_EQUAL(told(), 400);
  pass(10ms);
  CAF_CHECK_EQUAL(told(), 500);
  pass(3100ms);
  CAF_CHECK(std::all_of(all.begin(), all.end(), closed));
}

CAF_TEST(who went before its time is forgotten) {
  auto first = connect("ann");
  auto second = connect("bob");
  begin(2s, 60s);
  vanish(first);
  pass(4s);
  CAF_CHECK(closed(second));
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(drain_receipt_tests, receipts_fixture)

CAF_TEST(who waits for a receipt gets it before the close) {
  auto ann = connect("ann");
  subscribe(ann);
  begin(0s, 60s);
  pass(1900ms);
  answers = false;
  CAF_CHECK_EQUAL(publish(ann), 0u); // it is on its way
  pass(500ms);
  CAF_CHECK(!closed(ann));
  answers = true;
  run();
  CAF_CHECK(is(ann.next(), "message"));
  CAF_CHECK(contains(ann.next(), R"("event":"reply","id":9)"));
  pass(100ms);
  CAF_CHECK(closed(ann));
}

CAF_TEST(nobody waits for a receipt for ever) {
  auto ann = connect("ann");
  subscribe(ann);
  begin(0s, 60s);
  answers = false;
  publish(ann);
  pass(2900ms);
  CAF_CHECK(!closed(ann));
  pass(200ms);
  CAF_CHECK(closed(ann));
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(drain_member_tests, two_nodes)

CAF_TEST(who moves to another node has not left although nobody is held) {
  auto bob = join(stays, "bob");
  auto ann = join(drains, "ann");
  drain();
  comings_and_goings(bob);
  ann.link().close(close_code::drain);
  run();
  pass(5s);
  CAF_CHECK(comings_and_goings(bob).empty());
  auto back = join(stays, "ann");
  pass(60s);
  CAF_CHECK(comings_and_goings(bob).empty());
  // and leaves when he leaves
  back.link().close(close_code::normal);
  run();
  CAF_CHECK_EQUAL(comings_and_goings(bob).size(), 1u);
}

CAF_TEST(who opens the next connection first leaves nothing behind) {
  auto bob = join(stays, "bob");
  auto ann = join(drains, "ann");
  drain();
  auto next = join(stays, "ann");
  ann.link().close(close_code::normal);
  run();
  comings_and_goings(bob);
  next.link().close(close_code::normal);
  run();
  CAF_CHECK_EQUAL(comings_and_goings(bob).size(), 1u);
}

CAF_TEST(who goes by himself when told to has not left either) {
  auto bob = join(stays, "bob");
  auto ann = join(drains, "ann");
  drain();
  comings_and_goings(bob);
  ann.link().close(close_code::normal);
  run();
  pass(11s);
  CAF_CHECK(comings_and_goings(bob).empty());
  pass(2s);
  CAF_CHECK_EQUAL(comings_and_goings(bob).size(), 1u);
}

CAF_TEST(who may not come back leaves at once) {
  auto bob = join(stays, "bob");
  auto ann = join(drains, "ann");
  drain();
  comings_and_goings(bob);
  ann.link().close(close_code::disconnected_by_api);
  run();
  CAF_CHECK_EQUAL(comings_and_goings(bob).size(), 1u);
}

CAF_TEST(others hold the members of a node that drained and left) {
  auto bob = join(stays, "bob");
  auto ann = join(drains, "ann");
  auto cid = join(drains, "cid");
  drain();
  comings_and_goings(bob);
  for (auto* one : {&ann, &cid})
    one->link().close(close_code::drain);
  run();
  stop_the_one_that_drains();
  pass(5s);
  join(stays, "ann");
  pass(5s);
  CAF_CHECK(comings_and_goings(bob).empty());
  pass(30s);
  const auto gone = comings_and_goings(bob);
  CAF_REQUIRE_EQUAL(gone.size(), 1u);
  CAF_CHECK(contains(gone.front(), R"("user":"cid")"));
}

CAF_TEST_FIXTURE_SCOPE_END()

namespace {

struct call_fixture : node_fixture {
  call_fixture() {
    context.view = [this] {
      return std::make_shared<const cluster_view>(view);
    };
    view.self = 1;
    cluster_node here;
    here.life = 1;
    here.state = node_state::up;
    view.nodes.push_back(here);
    context.drain = &drain;
  }
  void add_another() {
    cluster_node other;
    other.life = 2;
    other.state = node_state::up;
    other.facts.accepts_per_second = 50;
    view.nodes.push_back(other);
  }
  http_response post(const std::string& body) {
    return drain_answer(said_request{"POST", "/drain", body}, context);
  }
  http_response get() {
    return drain_answer(said_request{"GET", "/drain"}, context);
  }

  cluster_view view;
  int announced = 0;
  node_drain drain{context, [this] { ++announced; }};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(drain_call_tests, call_fixture)

CAF_TEST(a node that is on its own does not drain) {
  CAF_CHECK_EQUAL(post("{}").status, 409u);
  CAF_CHECK(!context.draining);
  context.drain = nullptr;
  CAF_CHECK_EQUAL(post("{}").status, 409u);
  CAF_CHECK_EQUAL(get().body, "{\"draining\":false,\"others\":0}\n");
}

CAF_TEST(a drain begins once) {
  add_another();
  counters[0].open.add(100);
  counters[1].open.add(200);
  const auto plan = drain.start(20);
  CAF_REQUIRE(plan);
  CAF_CHECK((*plan == drain_plan{300, 15s, 20}));
  CAF_CHECK(context.draining);
  CAF_CHECK((context.departure_hold.load() == 25s));
  const auto again = drain.start(1);
  CAF_CHECK((*again == *plan));
  CAF_CHECK_EQUAL(announced, 1);
  CAF_CHECK_EQUAL(
      get().body, "{\"draining\":true,\"connections\":300,"
                  "\"window_ms\":15000,\"rate\":20}\n");
  counters[0].open.subtract(100);
  counters[1].open.subtract(200);
}

CAF_TEST(each field of the call that is wrong is named) {
  add_another();
  for (const auto* body :
       {R"({"rate":0})", R"({"rate":-1})", R"({"rate":"5"})",
        R"({"rate":1000001})"})
    CAF_CHECK(contains(post(body).body, R"("field":"rate")"));
  CAF_CHECK(contains(post(R"({"rat":5})").body, R"("field":"rat")"));
  CAF_CHECK_EQUAL(post("[]").status, 400u);
  CAF_CHECK_EQUAL(
      drain_answer(said_request{"PUT", "/drain"}, context).status, 405u);
  CAF_CHECK(!context.draining);
}

CAF_TEST_FIXTURE_SCOPE_END()

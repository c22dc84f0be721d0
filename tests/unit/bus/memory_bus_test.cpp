#include "cluster/bus/memory_bus.hpp"
#include "tests/unit/bus/bus_fixture.hpp"

#include <set>

namespace rookery {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string>
run_with(const memory_bus_faults& faults, uint64_t seed, int count = 200) {
  memory_hub hub{seed, faults};
  const auto a = hub.attach("a"), b = hub.attach("b");
  heard at;
  at.listen(*b, "s");
  for (int i = 0; i < count; ++i)
    EXPECT_TRUE(a->publish(post("s", std::to_string(i))));
  hub.run();
  EXPECT_THAT(at.losses.all(), IsEmpty()); // nobody is told
  return at.payloads.all();
}

class memory_bus_test : public ::testing::Test {
protected:
  memory_hub hub;
  inbox<bus_state_notice> states;
  std::unique_ptr<bus> a = hub.attach("a");
  std::unique_ptr<bus> b =
      hub.attach("b", [this](const auto& one) { states.add(one); });
};

} // namespace

TEST_F(memory_bus_test, gives_the_same_run_for_the_same_seed) {
  const memory_bus_faults faults{0.2, 0.2, 0.2, 50ms};
  EXPECT_EQ(run_with(faults, 7), run_with(faults, 7));
  EXPECT_NE(run_with(faults, 7), run_with(faults, 8));
}

TEST_F(memory_bus_test, loses_by_chance) {
  const auto came = run_with({0.5, 0, 0, 0ms}, 1);
  EXPECT_GT(came.size(), 50u);
  EXPECT_LT(came.size(), 150u);
  EXPECT_THAT(run_with({1, 0, 0, 0ms}, 1), IsEmpty());
}

TEST_F(memory_bus_test, doubles_by_chance) {
  EXPECT_EQ(run_with({0, 1, 0, 0ms}, 1, 3).size(), 6u);
}

TEST_F(memory_bus_test, keeps_order_with_delays_unless_it_reorders) {
  const auto in_order = run_with({}, 1);
  EXPECT_EQ(run_with({0, 0, 0, 50ms}, 1), in_order);
  const auto mixed = run_with({0, 0, 0.5, 50ms}, 1);
  EXPECT_NE(mixed, in_order);
  EXPECT_EQ(
      std::set(mixed.begin(), mixed.end()),
      std::set(in_order.begin(), in_order.end()));
}

TEST_F(memory_bus_test, moves_its_time_to_what_is_due) {
  heard at;
  at.listen(*b, "mute");
  inbox<bool> said;
  a->request(post("mute", ""), 3s, [&](const auto& answer) {
    said.add(answer.has_value());
  });
  hub.run_until(2'999ms);
  EXPECT_EQ(said.size(), 0u);
  EXPECT_EQ(hub.now(), 2'999ms);
  hub.run();
  EXPECT_THAT(said.all(), ElementsAre(false));
  EXPECT_EQ(hub.now(), 3s);
}

TEST_F(memory_bus_test, passes_nothing_over_a_cut_and_tells_nobody) {
  heard at;
  at.listen(*b, "s");
  hub.cut("b", "a");
  ASSERT_TRUE(a->publish(post("s", "lost")));
  hub.run();
  hub.heal("a", "b");
  ASSERT_TRUE(a->publish(post("s", "passes")));
  hub.run();
  EXPECT_THAT(at.payloads.all(), ElementsAre("passes"));
  EXPECT_THAT(at.losses.all(), IsEmpty());
}

TEST_F(memory_bus_test, tells_a_node_that_was_down_of_a_gap) {
  heard at, mine;
  at.listen(*a, "of.b");
  mine.listen(*b, "of.a");
  hub.run();
  hub.down("b");
  ASSERT_TRUE(b->publish(post("of.b", "kept")));
  ASSERT_TRUE(a->publish(post("of.a", "lost")));
  hub.run();
  EXPECT_THAT(at.payloads.all(), IsEmpty());
  EXPECT_EQ(b->counts().waiting, 1u);
  EXPECT_EQ(b->counts().state, bus_state::disconnected);
  hub.up("b");
  ASSERT_TRUE(a->publish(post("of.a", "heard")));
  hub.run();
  EXPECT_THAT(at.payloads.all(), ElementsAre("kept"));
  EXPECT_THAT(mine.payloads.all(), ElementsAre("heard"));
  ASSERT_EQ(mine.losses.size(), 1u);
  EXPECT_EQ(mine.losses.all()[0].why, bus_loss::cause::reconnect);
  EXPECT_EQ(b->counts().reconnects, 1u);
  ASSERT_EQ(states.size(), 3u);
  EXPECT_EQ(states.all()[1].state, bus_state::disconnected);
  EXPECT_EQ(states.all()[2].state, bus_state::connected);
  EXPECT_TRUE(states.all()[2].again);
}

TEST_F(memory_bus_test, refuses_at_each_bound) {
  memory_bus_bounds most;
  most.messages_max = 3;
  most.bytes_max = 100;
  most.requests_max = 1;
  most.subscriptions_max = 1;
  const auto c = hub.attach("c", {}, most);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(c->publish(post("s", "")));
  EXPECT_EQ(c->publish(post("s", "")).error().code, errc::limit_exceeded);
  hub.run();
  const std::string half(60, 'x');
  ASSERT_TRUE(c->publish(post("s", half)));
  EXPECT_EQ(c->publish(post("s", half)).error().code, errc::limit_exceeded);
  EXPECT_EQ(c->counts().refused, 2u);
  hub.run();
  const auto one = c->subscribe("mute", {});
  EXPECT_EQ(c->subscribe("s", {}).error().code, errc::limit_exceeded);
  inbox<errc> said;
  const auto note = [&](const auto& answer) { said.add(answer.error().code); };
  c->request(post("mute", ""), 1s, note);
  c->request(post("mute", ""), 1s, note);
  EXPECT_THAT(said.all(), ElementsAre(errc::limit_exceeded));
  hub.run();
  EXPECT_EQ(said.size(), 2u);
}

} // namespace rookery

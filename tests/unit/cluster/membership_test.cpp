#include "cluster/membership/membership.hpp"
#include "tests/unit/cluster/cluster_fixture.hpp"

#include <gmock/gmock.h>

namespace rookery {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using what = cluster_event::what;

/// A node that only says that it is there.
struct said_node {
  said_node(cluster_time& time, const std::string& name, node_life life)
      : net(time.hub.attach(name))
      , here(*net, time.timer, settings(name), life, handlers()) {
    EXPECT_TRUE(here.start());
  }
  static membership_settings settings(const std::string& name) {
    return {.cluster = "test", .table = {.name = name}};
  }
  membership_handlers handlers() {
    return {
        [this](const auto& view, const auto& more) {
          last = view;
          events.insert(events.end(), more.begin(), more.end());
        },
        [this](const auto& why) {
          fencings.push_back(why);
          if (comes_back) {
            EXPECT_TRUE(here.begin_life(why.above + 1));
          }
        }};
  }
  std::vector<node_life> lives() const {
    std::vector<node_life> all;
    for (const auto& one : here.view()->nodes)
      all.push_back(one.life);
    return all;
  }

  std::unique_ptr<bus> net;
  std::shared_ptr<const cluster_view> last;
  std::vector<cluster_event> events;
  std::vector<cluster_fencing> fencings;
  bool comes_back = true;
  cluster_membership here;
};

class membership_test : public ::testing::Test {
protected:
  cluster_time time;
  said_node a{time, "a", 100};
  said_node b{time, "b", 200};
};

} // namespace

TEST_F(membership_test, learns_of_the_others_before_their_next_heartbeat) {
  time.run(600ms);
  said_node c{time, "c", 300};
  time.run(300ms); // they spread their answers
  EXPECT_THAT(c.lives(), ElementsAre(100, 200, 300));
  EXPECT_THAT(a.lives(), ElementsAre(100, 200, 300));
  EXPECT_EQ(c.here.view()->rank(), 2u);
}

TEST_F(membership_test, answers_few_however_many_ask) {
  time.run(5s);
  const auto before = a.net->counts().out;
  const auto crowd = time.hub.attach("crowd");
  for (uint64_t i = 1; i <= 100; ++i)
    ASSERT_TRUE(crowd->publish(
        {"beat.test",
         encode(node_beat{
             "n" + std::to_string(i), 1'000 + i, 1, node_state::up, true, {}}),
         {},
         {}}));
  time.run(1s);
  EXPECT_LE(a.net->counts().out - before, 6u);
}

TEST_F(membership_test, tells_states_and_facts) {
  time.run(1s);
  a.here.set_state(node_state::up);
  a.here.tell({.version = "9", .connections = 17});
  time.run(1'500ms);
  const auto view = b.here.view();
  const auto* seen = view->find(100);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->state, node_state::up);
  EXPECT_EQ(seen->facts.connections, 17u);
  EXPECT_THAT(
      b.events, ElementsAre(
                    cluster_event{what::joined, "a", 100},
                    cluster_event{what::changed, "a", 100}));
  EXPECT_EQ(a.last->find(100)->state, node_state::up);
  a.here.leave();
  a.here.set_state(node_state::up); // too late
  time.run(0ms);
  EXPECT_EQ(b.events.back(), (cluster_event{what::left, "a", 100}));
  time.run(20s);
  EXPECT_THAT(b.lives(), ElementsAre(200));
  EXPECT_EQ(b.events.size(), 3u);
}

TEST_F(membership_test, gives_up_a_node_that_is_gone) {
  auto c = std::make_unique<said_node>(time, "c", 300);
  time.run(2s);
  c.reset();
  time.run(6s);
  EXPECT_THAT(a.lives(), ElementsAre(100, 200));
  EXPECT_EQ(a.events.back(), (cluster_event{what::died, "c", 300}));
}

TEST_F(membership_test, gives_both_sides_of_a_cut_new_lives) {
  time.run(2s);
  time.hub.cut("a", "b");
  time.run(10s);
  EXPECT_THAT(a.lives(), ElementsAre(100));
  EXPECT_THAT(b.lives(), ElementsAre(200));
  time.hub.heal("a", "b");
  time.run(5s);
  EXPECT_EQ(a.lives().size(), 2u);
  EXPECT_EQ(a.lives(), b.lives());
  EXPECT_EQ(a.fencings.size() + b.fencings.size(), 2u);
}

TEST_F(membership_test, gives_up_nobody_while_its_own_bus_is_down) {
  said_node c{time, "c", 300};
  time.run(2s);
  time.hub.down("a");
  time.run(20s);
  EXPECT_THAT(a.lives(), ElementsAre(100, 200, 300));
  EXPECT_THAT(b.lives(), ElementsAre(200, 300));
  a.comes_back = false;
  time.hub.up("a");
  time.run(2s);
  ASSERT_EQ(a.fencings.size(), 1u);
  EXPECT_EQ(a.fencings[0].life, 100u);
  EXPECT_THAT(a.lives(), ElementsAre(200, 300));
  ASSERT_TRUE(a.here.begin_life(400));
  time.run(500ms);
  EXPECT_THAT(b.lives(), ElementsAre(200, 300, 400));
  EXPECT_THAT(a.lives(), ElementsAre(200, 300, 400));
  EXPECT_THAT(b.fencings, IsEmpty());
  EXPECT_THAT(c.fencings, IsEmpty());
}

TEST_F(membership_test, fences_the_older_of_two_with_one_name) {
  a.comes_back = false;
  const auto net = time.hub.attach("another");
  cluster_membership twin{*net, time.timer, said_node::settings("a"), 500, {}};
  ASSERT_TRUE(twin.start());
  time.run(1s);
  ASSERT_EQ(a.fencings.size(), 1u);
  EXPECT_EQ(a.fencings[0].why, cluster_fencing::cause::name_taken);
  EXPECT_THAT(b.lives(), ElementsAre(200, 500));
}

TEST_F(membership_test, counts_heartbeats_that_it_does_not_understand) {
  const auto net = time.hub.attach("newer");
  ASSERT_TRUE(net->publish({"beat.test", "\x92\x02\x01", {}, {}}));
  ASSERT_TRUE(net->publish({"beat.test", "nonsense", {}, {}}));
  time.run(1s);
  EXPECT_EQ(a.here.counts().beats_refused, 2u);
  EXPECT_EQ(a.here.counts().nodes, 2u);
}

} // namespace rookery

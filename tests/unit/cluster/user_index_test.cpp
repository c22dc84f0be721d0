#include "tests/unit/cluster/cluster_fixture.hpp"
#include "tests/unit/cluster/whole_node.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>

namespace rookery {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class user_index_test : public ::testing::Test {
protected:
  user_index_test() {
    for (auto* one : {&a, &b, &c})
      EXPECT_TRUE(one->start());
    time.run(2s);
  }
  std::unique_ptr<bus> attach(const std::string& name) {
    return time.hub.attach(name);
  }

  cluster_time time;
  whole_node a{attach("a"), time.timer, "a", 1};
  whole_node b{attach("b"), time.timer, "b", 2};
  whole_node c{attach("c"), time.timer, "c", 3};
};

} // namespace

TEST_F(user_index_test, knows_at_once_where_a_user_appears) {
  EXPECT_THAT(a.users.nodes_for("eve"), IsEmpty());
  b.users.add("eve");
  time.run(0ms);
  EXPECT_THAT(a.users.nodes_for("eve"), ElementsAre(2));
  EXPECT_THAT(b.users.nodes_for("eve"), IsEmpty()); // others
  c.users.add("eve");
  b.users.remove("eve");
  time.run(499ms);
  EXPECT_THAT(a.users.nodes_for("eve"), ElementsAre(2, 3));
  time.run(1ms);
  EXPECT_THAT(a.users.nodes_for("eve"), ElementsAre(3));
}

TEST_F(user_index_test, puts_many_changes_into_few_messages) {
  const auto before = b.users.counts().posts_out;
  for (int i = 0; i < 1'000; ++i)
    b.users.add("user" + std::to_string(i));
  time.run(20ms);
  EXPECT_EQ(b.users.counts().posts_out - before, 2u);
  EXPECT_THAT(a.users.nodes_for("user0"), ElementsAre(2));
  EXPECT_THAT(a.users.nodes_for("user999"), ElementsAre(2));
}

TEST_F(user_index_test, tells_newcomers_what_was_before) {
  b.users.add("eve");
  whole_node d{attach("d"), time.timer, "d", 4};
  ASSERT_TRUE(d.start());
  d.users.add("dan");
  time.run(1s);
  EXPECT_THAT(d.users.nodes_for("eve"), ElementsAre(2));
  EXPECT_THAT(a.users.nodes_for("dan"), ElementsAre(4));
  EXPECT_EQ(d.users.counts().unknown, 0u);
}

TEST_F(user_index_test, finds_a_last_change_that_was_lost) {
  time.hub.set_faults({1, 0, 0, 0ms});
  b.users.add("eve");
  time.run(10ms);
  time.hub.set_faults({});
  EXPECT_THAT(a.users.nodes_for("eve"), IsEmpty());
  time.run(2'500ms);
  EXPECT_THAT(a.users.nodes_for("eve"), ElementsAre(2));
  EXPECT_EQ(a.users.counts().gaps, 1u);
}

TEST_F(user_index_test, asks_every_node_while_its_bus_is_down) {
  time.hub.down("a");
  time.run(600ms);
  EXPECT_THAT(a.users.nodes_for("eve"), ElementsAre(2, 3));
  b.users.add("eve");
  time.run(600ms);
  time.hub.up("a");
  time.run(3s);
  EXPECT_THAT(a.users.nodes_for("eve"), ElementsAre(2));
  EXPECT_EQ(a.users.counts().unknown, 0u);
}

TEST_F(user_index_test, takes_new_images_after_a_short_loss) {
  const auto before = a.users.counts().resyncs;
  time.hub.down("a");
  time.hub.up("a");
  time.run(10ms);
  EXPECT_EQ(a.users.counts().resyncs - before, 2u);
}

TEST_F(user_index_test, asks_no_node_that_is_gone) {
  b.users.add("eve");
  time.run(10ms);
  b.members.leave();
  time.run(10ms);
  EXPECT_THAT(a.users.nodes_for("eve"), IsEmpty());
}

// -- by chance ----------------------------------------------------------------

namespace {

constexpr std::size_t nodes = 4;
constexpr std::size_t users = 300;

/// Whole nodes on a bad network; each has some of the users.
class user_model {
public:
  explicit user_model(uint64_t seed)
      : time_(seed)
      , random_(seed) {
    for (std::size_t i = 0; i < nodes; ++i)
      start(i);
  }

  void round() {
    const auto i = below(nodes);
    switch (below(80)) {
    case 0:
      time_.hub.cut(name(i), name(below(nodes)));
      break;
    case 1:
    case 2:
      heal();
      break;
    case 3:
      time_.hub.down(name(i));
      break;
    case 4:
      time_.hub.set_faults({0.1, 0.1, 0.1, 50ms});
      break;
    case 5:
      time_.hub.set_faults({});
      break;
    case 6:
      if (all_[i])
        all_[i]->members.leave();
      stop(i);
      break;
    case 7:
      stop(i);
      break;
    case 8:
    case 9:
      if (!all_[i])
        start(i);
      break;
    default:
      break;
    }
    for (auto changes = below(5); changes > 0; --changes)
      change(below(nodes), "user" + std::to_string(below(users)));
    time_.run(ms{below(100)});
  }

  void settle() {
    time_.hub.set_faults({});
    heal();
    for (std::size_t i = 0; i < nodes; ++i)
      if (!all_[i])
        start(i);
    time_.run(30s);
  }

  void agree() {
    for (std::size_t i = 0; i < nodes; ++i) {
      ASSERT_TRUE(all_[i]->began);
      ASSERT_EQ(all_[i]->members.view()->nodes.size(), nodes);
      ASSERT_EQ(all_[i]->users.counts().unknown, 0u);
      for (std::size_t u = 0; u < users; ++u) {
        const auto user = "user" + std::to_string(u);
        ASSERT_EQ(all_[i]->users.nodes_for(user), wanted(i, user)) << user;
      }
    }
  }

private:
  using ms = std::chrono::milliseconds;

  uint64_t below(uint64_t n) { return random_() % n; }
  static std::string name(std::size_t i) {
    return std::string(1, static_cast<char>('a' + i));
  }
  void start(std::size_t i) {
    last_life_ += uint64_t{1} << 30;
    all_[i] = std::make_unique<whole_node>(
        time_.hub.attach(name(i)), time_.timer, name(i), make_life(last_life_));
    ASSERT_TRUE(all_[i]->start());
  }
  void stop(std::size_t i) {
    all_[i].reset();
    has_[i].clear();
  }
  void heal() {
    for (std::size_t i = 0; i < nodes; ++i) {
      time_.hub.up(name(i));
      for (std::size_t j = 0; j < nodes; ++j)
        time_.hub.heal(name(i), name(j));
    }
  }
  void change(std::size_t i, const std::string& user) {
    if (!all_[i])
      return;
    auto& count = has_[i][user];
    if (count > 0 && below(2) == 0) {
      --count;
      all_[i]->users.remove(user);
    } else if (count < 2) {
      ++count;
      all_[i]->users.add(user);
    }
  }
  /// The nodes that have some user in the bucket.
  std::vector<node_life> wanted(std::size_t asks, const std::string& user) {
    std::vector<node_life> lives;
    for (std::size_t i = 0; i < nodes; ++i)
      for (const auto& [other, count] : has_[i])
        if (i != asks && count > 0 && user_bucket(other) == user_bucket(user)) {
          lives.push_back(all_[i]->life());
          break;
        }
    std::sort(lives.begin(), lives.end());
    return lives;
  }

  cluster_time time_;
  std::mt19937_64 random_;
  node_life last_life_ = 1;
  std::map<std::size_t, std::unique_ptr<whole_node>> all_;
  std::map<std::size_t, std::map<std::string, int>> has_;
};

class user_index_model : public ::testing::TestWithParam<uint64_t> {};

} // namespace

TEST_P(user_index_model, knows_every_user_after_any_faults) {
  user_model cluster{GetParam()};
  for (int phase = 0; phase < 3; ++phase) {
    for (int i = 0; i < 300; ++i)
      cluster.round();
    cluster.settle();
    cluster.agree();
    if (HasFailure())
      return;
  }
}

INSTANTIATE_TEST_SUITE_P(
    seeds, user_index_model, ::testing::Range<uint64_t>(1, 13));

} // namespace rookery

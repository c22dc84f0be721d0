#include "cluster/bus/nats_bus.hpp"
#include "tests/unit/bus/bus_fixture.hpp"
#include "tests/unit/bus/nats_server.hpp"
#include "tests/unit/cluster/whole_node.hpp"

#include <atomic>
#include <thread>

namespace rookery {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr auto echo = static_cast<peer_kind>(1'000);

/// Looks again and again, not longer than tests have patience.
bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

class cluster_nats_test : public ::testing::Test {
protected:
  void SetUp() override {
    if (!nats_server::installed())
      GTEST_SKIP() << "nats-server is not installed";
    ASSERT_TRUE(server.start());
    for (const char* name : {"a", "b", "c"}) {
      auto net = attach(name);
      ASSERT_TRUE(net);
      nodes.push_back(std::make_unique<whole_node>(
          std::move(net), timer, name, make_life()));
      ASSERT_TRUE(nodes.back()->start());
    }
    ASSERT_TRUE(eventually([&] { return agree(3); }));
  }
  std::unique_ptr<bus> attach(const std::string& name) {
    nats_bus_settings settings;
    settings.servers = {server.url()};
    settings.name = name;
    settings.reconnect_wait = 20ms;
    settings.reconnect_jitter = 20ms;
    auto opened = open_nats_bus(std::move(settings));
    return opened ? std::move(*opened) : nullptr;
  }
  bool agree(std::size_t count) const {
    for (const auto& one : nodes)
      if (one->members.view()->nodes.size() != count
          || one->users.counts().unknown > 0)
        return false;
    return true;
  }

  nats_server server;
  thread_timer timer;
  std::vector<std::unique_ptr<whole_node>> nodes; // end first
};

} // namespace

TEST_F(cluster_nats_test, finds_nodes_and_users_and_calls_them) {
  auto &a = *nodes[0], &b = *nodes[1], &c = *nodes[2];
  b.users.add("eve");
  EXPECT_TRUE(eventually(
      [&] { return a.users.nodes_for("eve") == std::vector{b.life()}; }));
  for (auto* one : {&b, &c})
    one->peers.answer(echo, [](const peer_call& call, const peer_reply& to) {
      to.ok(call.from + std::string{call.body});
    });
  inbox<peer_answer> answers;
  a.peers.call_all(
      {b.life(), c.life(), 1}, echo, "!", 10s, [&](const auto& all) {
        for (const auto& one : all)
          answers.add(one);
      });
  ASSERT_TRUE(answers.wait_for(3));
  EXPECT_EQ(answers.all()[0].body.value(), "a!");
  EXPECT_EQ(answers.all()[1].body.value(), "a!");
  EXPECT_FALSE(answers.all()[2].body);
  b.members.leave();
  EXPECT_TRUE(eventually([&] {
    return a.members.view()->nodes.size() == 2
           && a.users.nodes_for("eve").empty();
  }));
  EXPECT_EQ(c.members.counts().died, 0u);
}

TEST_F(cluster_nats_test, keeps_its_nodes_while_the_server_goes_and_comes) {
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    threads.emplace_back([&, i, &at = *nodes[i]] {
      const auto user = "user" + std::to_string(i);
      while (!over) {
        at.users.add(user);
        at.users.add("all");
        static_cast<void>(at.users.nodes_for("all"));
        at.members.tell({.users = 2});
        at.peers.call(at.life(), echo, "", 100ms, [](const auto&) {});
        std::this_thread::sleep_for(1ms);
        at.users.remove("all");
        at.users.remove(user);
      }
      at.users.add(user);
    });
  server.kill();
  const bool started = server.start();
  const bool back = eventually([&] {
    for (const auto& one : nodes)
      if (one->net->counts().reconnects == 0)
        return false;
    return agree(3);
  });
  over = true;
  for (auto& one : threads)
    one.join();
  EXPECT_TRUE(started && back);
  EXPECT_TRUE(eventually([&] {
    for (const auto& one : nodes)
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto user = "user" + std::to_string(i);
        const auto found = one->users.nodes_for(user);
        const bool elsewhere = nodes[i] != one;
        if (found.size() != (elsewhere ? 1u : 0u)
            || (elsewhere && found[0] != nodes[i]->life()))
          return false;
      }
    return true;
  }));
  for (const auto& one : nodes) {
    EXPECT_TRUE(one->began);
    EXPECT_EQ(one->members.counts().name_clashes, 0u);
  }
}

TEST(thread_timer_test, calls_in_the_order_of_time_and_drops_the_rest) {
  inbox<int> called;
  {
    thread_timer timer;
    timer.after(1h, [&] { called.add(9); });
    timer.after(30ms, [&] { called.add(3); });
    timer.after(0ms, [&] {
      called.add(1);
      timer.after(0ms, [&] { called.add(2); });
    });
    EXPECT_TRUE(called.wait_for(3));
  }
  EXPECT_THAT(called.all(), ElementsAre(1, 2, 3));
}

} // namespace rookery

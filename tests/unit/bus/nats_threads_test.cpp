#include "cluster/bus/nats_bus.hpp"
#include "tests/unit/bus/bus_fixture.hpp"
#include "tests/unit/bus/nats_server.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace rookery {

namespace {

using namespace std::chrono_literals;

/// What a thread of a node does with its bus, until it is told to end.
void use(
    bus& on, const std::atomic<bool>& over, std::atomic<uint64_t>& asked,
    std::atomic<uint64_t>& answered, inbox<bool>& turns) {
  for (int i = 0; !over; ++i) {
    const auto subject = "s." + std::to_string(i % 3);
    std::atomic<bool> alive{true};
    auto handle = on.subscribe(
        subject, {[&](const bus_message& m) {
                    if (!alive)
                      std::abort(); // after the handle has ended
                    if (!m.answer_to.empty())
                      (void)on.answer(m, "yes");
                  },
                  {}});
    for (int j = 0; j < 10; ++j)
      (void)on.publish(post(subject, "text"));
    ++asked;
    inbox<bool> turn;
    on.request(post(subject, "?"), 100ms, [&](const auto&) {
      ++answered;
      turn.add(true);
    });
    turns.add(true);
    if (!turn.wait_for(1))
      return;
    handle->end();
    alive = false;
  }
}

} // namespace

TEST(nats_threads_test, serves_many_threads_while_the_server_goes_and_comes) {
  if (!nats_server::installed())
    GTEST_SKIP() << "nats-server is not installed";
  nats_server server;
  ASSERT_TRUE(server.start());
  inbox<bus_state_notice> states;
  nats_bus_settings settings;
  settings.servers = {server.url()};
  settings.reconnect_wait = 20ms;
  settings.reconnect_jitter = 20ms;
  settings.on_state = [&](const auto& one) { states.add(one); };
  auto opened = open_nats_bus(settings);
  ASSERT_TRUE(opened);
  std::atomic<bool> over{false};
  std::atomic<uint64_t> asked{0}, answered{0};
  inbox<bool> turns;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] { use(**opened, over, asked, answered, turns); });
  bool came_back = true;
  for (std::size_t round = 1; came_back && round <= 4; ++round) {
    if (!turns.wait_for(turns.size() + 50)) // some work in between
      break;
    server.kill();
    came_back = server.start() && states.wait([=](const auto& all) {
      return static_cast<std::size_t>(std::ranges::count_if(
                 all, [](const auto& one) { return one.again; }))
             >= round;
    });
  }
  over = true;
  for (auto& one : threads)
    one.join();
  EXPECT_TRUE(came_back);
  opened->reset();
  EXPECT_EQ(asked, answered); // each once
  EXPECT_GT(asked, 0u);
}

} // namespace rookery

#include "net/gate.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace rookery {

namespace {

using namespace std::chrono_literals;

const gate::time_point start{1h};

gate_limits limits(
    uint32_t connections, uint32_t per_second, uint32_t per_address,
    std::vector<std::string> proxies = {}) {
  return {connections, per_second, per_address, std::move(proxies)};
}

TEST(gate, without_limits_lets_everybody_in) {
  gate door{limits(0, 0, 0)};
  std::vector<gate::pass> passes(1000);
  for (auto& pass : passes)
    ASSERT_EQ(door.enter(start, "192.0.2.1", pass), refusal::none);
  EXPECT_EQ(door.inside(), 1000u);
  passes.clear();
  EXPECT_EQ(door.inside(), 0u);
}

TEST(gate, lets_in_as_many_as_the_node_holds_and_not_one_more) {
  gate door{limits(2, 0, 0)};
  gate::pass a, b, c;
  EXPECT_EQ(door.enter(start, "192.0.2.1", a), refusal::none);
  EXPECT_EQ(door.enter(start, "192.0.2.2", b), refusal::none);
  EXPECT_EQ(door.enter(start, "192.0.2.3", c), refusal::node_full);
  EXPECT_EQ(door.inside(), 2u);
  a = {};
  EXPECT_EQ(door.enter(start, "192.0.2.3", c), refusal::none);
}

TEST(gate, that_is_shut_lets_nobody_in_and_those_who_are_in_stay) {
  gate door{limits(2, 0, 0)};
  gate::pass a, b, c;
  EXPECT_EQ(door.enter(start, "192.0.2.1", a), refusal::none);
  door.shut(true);
  EXPECT_EQ(door.enter(start, "192.0.2.2", b), refusal::overloaded);
  EXPECT_EQ(door.inside(), 1u);
  door.shut(false);
  EXPECT_EQ(door.enter(start, "192.0.2.2", b), refusal::none);
  EXPECT_EQ(door.enter(start, "192.0.2.3", c), refusal::node_full);
}

TEST(gate, lets_in_as_many_as_an_address_may_have_and_not_one_more) {
  gate door{limits(0, 0, 2)};
  gate::pass a, b, c, d;
  EXPECT_EQ(door.enter(start, "192.0.2.1", a), refusal::none);
  EXPECT_EQ(door.enter(start, "192.0.2.1", b), refusal::none);
  EXPECT_EQ(door.enter(start, "192.0.2.1", c), refusal::address_full);
  EXPECT_EQ(door.enter(start, "192.0.2.2", d), refusal::none);
  EXPECT_EQ(door.inside(), 3u);
  b = {};
  EXPECT_EQ(door.enter(start, "192.0.2.1", c), refusal::none);
}

TEST(gate, counts_ipv6_by_64_and_mapped_ipv4_as_ipv4) {
  gate door{limits(0, 0, 1)};
  gate::pass a, b, c, d;
  EXPECT_EQ(door.enter(start, "2001:db8:1:2:3::1", a), refusal::none);
  EXPECT_EQ(door.enter(start, "2001:db8:1:2:4::1", b), refusal::address_full);
  EXPECT_EQ(door.enter(start, "2001:db8:1:3::1", b), refusal::none);
  EXPECT_EQ(door.enter(start, "192.0.2.1", c), refusal::none);
  EXPECT_EQ(door.enter(start, "::ffff:192.0.2.1", d), refusal::address_full);
}

TEST(gate, lets_in_a_seconds_worth_at_once_and_then_at_the_rate) {
  gate door{limits(0, 10, 0)};
  std::vector<gate::pass> passes(12);
  for (std::size_t i = 0; i < 10; ++i)
    ASSERT_EQ(door.enter(start, "192.0.2.1", passes[i]), refusal::none) << i;
  EXPECT_EQ(door.enter(start, "192.0.2.1", passes[10]), refusal::too_fast);
  EXPECT_EQ(
      door.enter(start + 99ms, "192.0.2.1", passes[10]), refusal::too_fast);
  EXPECT_EQ(door.enter(start + 100ms, "192.0.2.1", passes[10]), refusal::none);
  EXPECT_EQ(
      door.enter(start + 100ms, "192.0.2.1", passes[11]), refusal::too_fast);
}

TEST(gate, a_refused_client_spends_no_room) {
  gate door{limits(1, 0, 0)};
  gate::pass a, b;
  ASSERT_EQ(door.enter(start, "192.0.2.1", a), refusal::none);
  for (int i = 0; i < 10; ++i)
    ASSERT_EQ(door.enter(start, "192.0.2.2", b), refusal::node_full);
  a = {};
  EXPECT_EQ(door.inside(), 0u);
}

TEST(gate, counts_clients_of_a_trusted_proxy_by_the_address_that_it_tells) {
  gate door{limits(0, 0, 1, {"10.0.0.0/8"})};
  gate::pass a, b, c;
  ASSERT_EQ(door.enter(start, "10.1.2.3", a), refusal::none);
  ASSERT_EQ(door.enter(start, "10.1.2.3", b), refusal::none);
  ASSERT_EQ(door.enter(start, "10.1.2.3", c), refusal::none);
  EXPECT_EQ(door.forwarded("192.0.2.1", a), refusal::none);
  EXPECT_EQ(door.forwarded("192.0.2.1", b), refusal::address_full);
  EXPECT_EQ(door.forwarded("192.0.2.2", c), refusal::none);
  a = {};
  EXPECT_EQ(door.forwarded("192.0.2.1", b), refusal::none);
}

TEST(gate, believes_x_forwarded_for_of_trusted_proxies_only) {
  gate door{limits(0, 0, 0, {"10.0.0.0/8", "192.0.2.9", "fd00::/8"})};
  EXPECT_EQ(door.client_address("203.0.113.5", "1.2.3.4"), "203.0.113.5");
  EXPECT_EQ(door.client_address("10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(door.client_address("10.0.0.1", "203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(door.client_address("fd12::1", "2001:db8::1"), "2001:db8::1");
  // The client wrote 1.2.3.4 itself; the proxy appended whom it saw.
  EXPECT_EQ(
      door.client_address("10.0.0.1", "1.2.3.4, 203.0.113.5"), "203.0.113.5");
  // Two proxies in a row.
  EXPECT_EQ(
      door.client_address("10.0.0.1", "203.0.113.5 ,192.0.2.9"), "203.0.113.5");
  EXPECT_EQ(door.client_address("10.0.0.1", "unknown"), "10.0.0.1");
  EXPECT_EQ(door.client_address("10.0.0.1", "x, 10.0.0.2"), "10.0.0.2");
  EXPECT_EQ(door.client_address("11.0.0.1", "203.0.113.5"), "11.0.0.1");
}

TEST(gate, holds_its_limits_under_many_threads) {
  constexpr uint32_t most = 50;
  gate door{limits(most, 0, most)};
  std::atomic<uint32_t> in{0};
  std::atomic<bool> exceeded{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        std::vector<gate::pass> passes(40);
        uint32_t mine = 0;
        for (auto& pass : passes)
          if (door.enter(start, "192.0.2.1", pass) == refusal::none) {
            ++mine;
            if (++in > most)
              exceeded = true;
          }
        in -= mine;
      }
    });
  for (auto& thread : threads)
    thread.join();
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(door.inside(), 0u);
}

} // namespace

} // namespace rookery

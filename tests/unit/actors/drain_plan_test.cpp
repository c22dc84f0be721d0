#define CAF_SUITE drain_plan

#include "actors/connection/departures.hpp"
#include "actors/node/accept_capacity.hpp"
#include "actors/node/drain_plan.hpp"

#include <caf/test/dsl.hpp>

#include <algorithm>
#include <vector>

using namespace rookery;
using namespace std::chrono_literals;

namespace {

cluster_node node_of(uint64_t life, node_state state, uint64_t accepts) {
  cluster_node one;
  one.name = "n-" + std::to_string(life);
  one.life = life;
  one.state = state;
  one.facts.accepts_per_second = accepts;
  return one;
}

constexpr drain_config bounds{200, 2s, 60s, 10s};

} // namespace

CAF_TEST(clients go at the rate that was asked for) {
  CAF_CHECK((plan_drain(1000, 200, 9000, bounds) == drain_plan{1000, 5s, 200}));
  CAF_CHECK((plan_drain(1001, 200, 9000, bounds).window == 5005ms));
}

CAF_TEST(clients go no faster than others accept them) {
  CAF_CHECK((plan_drain(1000, 200, 50, bounds) == drain_plan{1000, 20s, 50}));
}

CAF_TEST(a window is as long as its bounds let it be) {
  CAF_CHECK((plan_drain(0, 200, 500, bounds).window == 2s));
  CAF_CHECK((plan_drain(10, 200, 500, bounds).window == 2s));
  CAF_CHECK((plan_drain(1'000'000, 200, 500, bounds).window == 60s));
  CAF_CHECK((plan_drain(UINT64_MAX, 1, 0, bounds).window == 60s));
  CAF_CHECK((plan_drain(10, 1, 9, {200, 9s, 1s, 0s}).window == 1s));
}

CAF_TEST(only other nodes that are up accept) {
  cluster_view view;
  view.self = 2;
  view.nodes = {node_of(2, node_state::up, 1000)};
  CAF_CHECK_EQUAL(others_up(view).count, 0u);
  view.nodes.push_back(node_of(3, node_state::draining, 700));
  view.nodes.push_back(node_of(4, node_state::joining, 700));
  CAF_CHECK_EQUAL(others_up(view).count, 0u);
  view.nodes.push_back(node_of(5, node_state::up, 300));
  view.nodes.push_back(node_of(6, node_state::up, 40));
  CAF_CHECK_EQUAL(others_up(view).count, 2u);
  CAF_CHECK_EQUAL(others_up(view).accepts, 340u);
  view.nodes.push_back(node_of(7, node_state::up, 0)); // it has not said yet
  CAF_CHECK_EQUAL(others_up(view).count, 3u);
  CAF_CHECK_EQUAL(others_up(view).accepts, 440u);
}

CAF_TEST(departures are spread evenly over all threads) {
  constexpr std::size_t threads = 4;
  constexpr uint64_t clients = 25; // of each
  std::vector<std::chrono::milliseconds> all;
  for (uint16_t thread = 0; thread < threads; ++thread)
    for (uint64_t i = 0; i < clients; ++i)
      all.push_back(departure_offset(i, clients, 10s, thread, threads));
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i)
    CAF_CHECK((all[i] == i * 100ms));
}

CAF_TEST(capacity is a share of the cores by what clients cost) {
  accept_capacity one{1, 0};
  CAF_CHECK_EQUAL(one.measured({}), 500u);
  CAF_CHECK_EQUAL(one.measured({19, 19'000'000}), 500u); // too few
  CAF_CHECK_EQUAL(one.measured({20, 20'000'000}), 200u); // 1 ms each
  CAF_CHECK_EQUAL(one.measured({20, 20'000'000}), 200u); // nothing new
  // What came before the last thousand is forgotten.
  CAF_CHECK_EQUAL(one.measured({1'000'020, 100'020'000'000}), 1999u);
}

CAF_TEST(capacity stays within its bounds) {
  accept_capacity slow{1, 0};
  CAF_CHECK_EQUAL(slow.measured({100, 100'000'000'000}), 100u);
  accept_capacity limited{1, 30};
  CAF_CHECK_EQUAL(limited.measured({}), 30u);
  CAF_CHECK_EQUAL(limited.measured({100, 1}), 30u);
}

#include "actors/node/drain_plan.hpp"

#include "actors/node/accept_capacity.hpp"

#include <algorithm>
#include <cmath>

namespace rookery {

other_nodes others_up(const cluster_view& view) {
  other_nodes found;
  for (const auto& one : view.nodes)
    if (one.life != view.self && one.state == node_state::up) {
      ++found.count;
      const auto accepts = one.facts.accepts_per_second;
      found.accepts += accepts > 0 ? accepts : accept_capacity::per_second_min;
    }
  return found;
}

drain_plan plan_drain(
    uint64_t connections, uint64_t rate, uint64_t accepts,
    const drain_config& bounds) {
  using std::chrono::milliseconds;
  drain_plan plan;
  plan.connections = connections;
  plan.rate = std::max<uint64_t>(1, std::min(rate, accepts));
  const auto wanted = std::ceil(
      static_cast<double>(connections) * 1000 / static_cast<double>(plan.rate));
  const auto most = static_cast<double>(bounds.limit.count());
  const milliseconds window{static_cast<int64_t>(std::min(wanted, most))};
  plan.window = std::min(std::max(window, bounds.window_min), bounds.limit);
  return plan;
}

} // namespace rookery

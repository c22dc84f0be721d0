#pragma once

#include "base/config/config.hpp"
#include "cluster/membership/cluster_view.hpp"

#include <chrono>
#include <cstdint>

namespace rookery {

/// What a drain does to clients.
struct drain_plan {
  uint64_t connections = 0; // when it begins
  std::chrono::milliseconds window{0};
  uint64_t rate = 0; // connections per second, as far as bounds let it

  bool operator==(const drain_plan&) const = default;
};

/// Nodes that are up beside the one that sees this.
struct other_nodes {
  uint64_t count = 0;
  uint64_t accepts = 0; // clients per second, of all of them
};
other_nodes others_up(const cluster_view& view);

/// Clients go at a rate, and not at a greater one than others accept. The
/// window is within its bounds, whatever that comes to. A rate of 0 counts
/// as 1.
drain_plan plan_drain(
    uint64_t connections, uint64_t rate, uint64_t accepts,
    const drain_config& bounds);

} // namespace rookery

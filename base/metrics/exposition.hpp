#pragma once

#include "base/memory_meter.hpp"
#include "base/metrics/counters.hpp"

#include <functional>
#include <string>
#include <vector>

namespace rookery {

/// Numbers of the whole node that no single thread owns.
struct node_numbers {
  uint64_t topics = 0;
  uint64_t users = 0;
  memory_use memory;
  uint64_t memory_budget = 0;
  uint64_t memory_level = 0;
};

/// All metrics in Prometheus text format 0.0.4: the sums over `threads`.
/// Names start with `rookery_`; no label ever names a connection, user or
/// topic. Thread: any.
std::string expose_metrics(
    const std::vector<const thread_counters*>& threads,
    const node_numbers& node);

} // namespace rookery

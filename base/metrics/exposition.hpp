#pragma once

#include "base/memory_meter.hpp"
#include "base/metrics/bus_counts.hpp"
#include "base/metrics/cluster_counts.hpp"
#include "base/metrics/counters.hpp"
#include "base/metrics/journal_counts.hpp"
#include "base/metrics/survey.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

/// What an alert can be about.
enum class alert_scope : uint8_t { connection, topic, node };
inline constexpr std::array alert_scopes{
    alert_scope::connection, alert_scope::topic, alert_scope::node};

constexpr std::string_view name(alert_scope scope) noexcept {
  constexpr std::array<std::string_view, alert_scopes.size()> names{
      "connection", "topic", "node"};
  return names[static_cast<std::size_t>(scope)];
}

/// Numbers of the whole node that no single thread owns.
struct node_numbers {
  uint64_t topics = 0;
  uint64_t users = 0;
  std::array<uint64_t, alert_scopes.size()> alerts{}; // raised now, by scope
  std::optional<connection_survey> survey; // none: threads were not asked
  std::optional<journal_counts> journal;   // none: there is none
  std::optional<bus_counts> bus;           // none: the node is on its own
  std::optional<cluster_counts> cluster;   //
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

#pragma once

#include "base/metrics/bus_counts.hpp"
#include "base/metrics/cluster_counts.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace rookery {

/// Adds the families of a bus.
void describe_bus(
    const bus_counts& found, std::vector<prometheus::MetricFamily>& families);
/// Adds those of what a node has of its cluster.
void describe_cluster(
    const cluster_counts& found,
    std::vector<prometheus::MetricFamily>& families);

} // namespace rookery

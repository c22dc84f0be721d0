#pragma once

#include "base/metrics/journal_counts.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace rookery {

/// Adds the families of a journal.
void describe_journal(
    const journal_counts& found,
    std::vector<prometheus::MetricFamily>& families);

} // namespace rookery

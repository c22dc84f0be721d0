#pragma once

#include "base/metrics/survey.hpp"

#include <prometheus/metric_family.h>

#include <vector>

namespace rookery {

/// Adds the families of a survey.
void describe_survey(
    const connection_survey& found,
    std::vector<prometheus::MetricFamily>& families);

} // namespace rookery

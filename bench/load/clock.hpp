#pragma once

#include <chrono>

namespace rookery::load {

/// One clock for schedules and latencies; publisher and subscriber share it,
/// since both live in this process.
using clock = std::chrono::steady_clock;
using instant = clock::time_point;

} // namespace rookery::load

#pragma once

#include <chrono>

namespace rookery::load {

/// One clock for schedules and latencies; publisher and subscriber share it,
/// since both live in this process.
using clock = std::chrono::steady_clock;
using instant = clock::time_point;

/// As people give them, and as the clock counts them.
using seconds = std::chrono::duration<double>;

inline clock::duration ticks(seconds length) {
  return std::chrono::duration_cast<clock::duration>(length);
}

} // namespace rookery::load

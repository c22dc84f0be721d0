#pragma once

#include <array>
#include <cstdint>

namespace rookery {

/// What a journal did since the start.
struct journal_counts {
  /// Upper bounds of `commits_by_seconds`; the last counts all that took
  /// longer.
  static constexpr std::array<double, 11> seconds_bounds{
      0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};

  uint64_t entries = 0; // appended
  uint64_t commits = 0;
  uint64_t failures = 0; // batches that were not stored
  uint64_t reads = 0;
  double commit_seconds = 0; // all together
  std::array<uint64_t, seconds_bounds.size() + 1> commits_by_seconds{};
  uint64_t backlog_entries = 0; // now: given and not answered
  uint64_t backlog_bytes = 0;
  uint64_t file_bytes = 0; // now
  bool failing = false;    // now: the last commit failed

  // Of a journal that several nodes share; else 0.
  uint64_t news = 0;        // batches that were handed to who follows
  uint64_t gaps = 0;        // times that some were missing and had to be read
  uint64_t tail_checks = 0; // looks for a last one that was lost
};

} // namespace rookery

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace rookery {

/// Where time comes from; tests have their own.
struct clock_source {
  std::function<std::chrono::milliseconds()> wall;   // since 1970
  std::function<std::chrono::milliseconds()> steady; // since whenever
  /// Those of the system.
  clock_source();
};

/// Time for stamps that outlive the process: milliseconds since 1970 that never
/// fall. Anchored to the wall clock once, then moved by the steady clock, so
/// that a wall clock that is set meanwhile neither breaks the order of stamps
/// nor ages anything.
///
/// Thread: any; it does not change.
class journal_clock {
public:
  /// `at_least` is the greatest stamp that was ever given, by whomever.
  explicit journal_clock(int64_t at_least = 0, clock_source from = {});

  int64_t now() const;
  /// How far it runs before the wall clock since it began, because of
  /// `at_least`.
  std::chrono::milliseconds ahead() const noexcept { return ahead_; }

private:
  clock_source from_;
  std::chrono::milliseconds ahead_{0};
  std::chrono::milliseconds offset_{0}; // of our time from the steady clock
};

} // namespace rookery

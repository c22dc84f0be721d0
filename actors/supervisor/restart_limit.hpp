#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace rookery {

/// Counts restarts of one child: at most `restarts_max` within `window`.
class restart_limit {
public:
  using time = std::chrono::steady_clock::time_point;

  restart_limit(uint32_t restarts_max, std::chrono::milliseconds window)
      : restarts_max_(restarts_max)
      , window_(window) {}

  /// Notes a crash at `now`. False: one restart too many.
  [[nodiscard]] bool allow(time now) {
    forget_before(now - window_);
    if (restarts_.size() >= restarts_max_)
      return false;
    restarts_.push_back(now);
    return true;
  }

  /// Whether the limit would allow one at `now`.
  bool would_allow(time now) {
    forget_before(now - window_);
    return restarts_.size() < restarts_max_;
  }

private:
  void forget_before(time then) {
    while (!restarts_.empty() && restarts_.front() <= then)
      restarts_.pop_front();
  }

  uint32_t restarts_max_;
  std::chrono::milliseconds window_;
  std::deque<time> restarts_;
};

} // namespace rookery

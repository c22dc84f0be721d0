#pragma once

#include <chrono>
#include <cmath>

namespace rookery {

/// How often something happens per second, of late: what lies `memory` back
/// counts 1/e of what happens now, and older less. Two words, however often.
///
/// Thread: its owner's.
class decaying_rate {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using seconds = std::chrono::duration<double>;
  static constexpr seconds memory{5.0};

  void count(time_point now) noexcept {
    if (now != at_) { // many come at the time of one batch
      weight_ = left(now);
      at_ = now;
    }
    weight_ += 1.0;
  }
  double per_second(time_point now) const noexcept {
    return left(now) / memory.count();
  }

private:
  double left(time_point now) const noexcept {
    return weight_ == 0.0 ? 0.0 : weight_ * std::exp((at_ - now) / memory);
  }

  double weight_ = 0.0; // at at_
  time_point at_{};
};

} // namespace rookery

#pragma once

#include "cluster/bus/memory_bus.hpp"
#include "cluster/membership/cluster_timer.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <utility>

namespace rookery {

/// A timer that a test moves. Thread: one.
class manual_timer final : public cluster_timer {
public:
  using ms = std::chrono::milliseconds;

  ms now() const override { return now_; }
  void after(ms delay, std::function<void()> act) override {
    waiting_.emplace(now_ + std::max(delay, ms{0}), std::move(act));
  }
  /// `ms::max()`: nothing waits.
  ms next() const {
    return waiting_.empty() ? ms::max() : waiting_.begin()->first;
  }
  /// Time passes, and what is due then is called, late or not.
  void move_to(ms at) {
    now_ = std::max(now_, at);
    while (!waiting_.empty() && waiting_.begin()->first <= now_) {
      const auto act = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      act();
    }
  }

private:
  ms now_{0};
  std::multimap<ms, std::function<void()>> waiting_;
};

/// The time of a hub and of the timer of all its nodes, moved together.
class cluster_time {
public:
  using ms = std::chrono::milliseconds;

  void run(ms time) {
    for (const auto end = hub.now() + time;;) {
      const auto next = std::min(timer.next(), end);
      hub.run_until(std::max(next, hub.now()));
      timer.move_to(hub.now());
      if (hub.now() >= end && timer.next() > end)
        break;
    }
    hub.run_until(hub.now()); // what the last calls published
  }

  explicit cluster_time(uint64_t seed = 1)
      : hub(seed) {}

  memory_hub hub;
  manual_timer timer;
};

} // namespace rookery

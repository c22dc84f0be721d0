#pragma once

#include "base/rate_meter.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rookery {

/// What one client may send; 0: without limit.
struct inflow_limits {
  uint32_t messages_per_second = 0;
  std::size_t bytes_per_second = 0;
  std::chrono::milliseconds flood_grace{10'000};

  bool any() const noexcept {
    return messages_per_second > 0 || bytes_per_second > 0;
  }
};

/// What one client has sent, against what it may. Over it reading pauses, so
/// that TCP makes the client wait; who never comes down again floods.
///
/// Thread: the connection's.
class inflow {
public:
  using time_point = rate_meter::time_point;

  void message(time_point now, const inflow_limits& limits) noexcept {
    begin(now);
    if (limits.messages_per_second > 0)
      messages_.spend(now, limits.messages_per_second);
  }
  void bytes(
      time_point now, const inflow_limits& limits, std::size_t count) noexcept {
    begin(now);
    if (limits.bytes_per_second > 0)
      bytes_.spend(now, limits.bytes_per_second, count);
  }
  /// How long nothing more may be read; 0: go on.
  std::chrono::milliseconds
  pause(time_point now, const inflow_limits& limits) const noexcept {
    rate_meter::nanoseconds longest{0};
    if (limits.messages_per_second > 0)
      longest = messages_.wait(now, limits.messages_per_second);
    if (limits.bytes_per_second > 0)
      longest = std::max(longest, bytes_.wait(now, limits.bytes_per_second));
    return std::chrono::ceil<std::chrono::milliseconds>(longest);
  }
  /// Whether it has been sending without a rest for the grace, and is over its
  /// limits now.
  bool floods(time_point now, const inflow_limits& limits) const noexcept {
    return pause(now, limits).count() > 0
           && now - busy_since_ >= limits.flood_grace + rate_meter::burst;
  }

private:
  /// A rest is over when all that was spent has come back.
  void begin(time_point now) noexcept {
    if (messages_.full(now) && bytes_.full(now))
      busy_since_ = now;
  }

  rate_meter messages_;
  rate_meter bytes_;
  time_point busy_since_{};
};

} // namespace rookery

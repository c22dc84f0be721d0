#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace rookery {

/// A token bucket in one number: the time at which it will be full again (the
/// generic cell rate algorithm, ITU-T I.371, annex A). One second's worth may
/// be spent at once. What was spent already may be more than there is: the debt
/// has to be waited for.
///
/// Thread: its owner's.
class rate_meter {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;
  static constexpr nanoseconds burst = std::chrono::seconds{1};

  /// Spends `count` at `per_second` (not 0). Counts up to 2^32.
  void spend(time_point now, uint64_t per_second, uint64_t count = 1) noexcept {
    const auto cost = count * static_cast<uint64_t>(burst.count()) / per_second;
    full_at_ =
        std::max(full_at_, now) + nanoseconds{static_cast<int64_t>(cost)};
  }
  /// How long nothing is left to spend; 0: at least one is.
  nanoseconds wait(time_point now, uint64_t per_second) const noexcept {
    const auto one = burst / static_cast<int64_t>(per_second);
    return std::max(full_at_ + one - burst - now, nanoseconds{0});
  }
  /// Nothing was spent for so long that all is there again.
  bool full(time_point now) const noexcept { return full_at_ <= now; }

private:
  time_point full_at_{};
};

} // namespace rookery

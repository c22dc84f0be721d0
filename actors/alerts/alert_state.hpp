#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace rookery {

/// When something is an alert. Levels are percentages.
struct alert_rule {
  uint32_t raise_at = 50;
  /// For so long a level has to be there, and to be gone.
  std::chrono::milliseconds after{5'000};
};

enum class alert_change : uint8_t { none, raised, cleared };

/// One alert: raised when its level has been at `raise_at` or above for
/// `after`, cleared when it has been below half of that for as long. In between
/// it stays what it is, so that a level that sways tells of itself once.
///
/// Pure: time is what its owner says.
class alert_state {
public:
  using time = std::chrono::steady_clock::time_point;

  [[nodiscard]] alert_change
  observe(time now, uint32_t level, const alert_rule& rule) noexcept {
    const bool other_side =
        raised_ ? level * 2 < rule.raise_at : level >= rule.raise_at;
    if (!other_side) {
      since_.reset();
      return alert_change::none;
    }
    if (!since_)
      since_ = now;
    if (now - *since_ < rule.after)
      return alert_change::none;
    since_.reset();
    raised_ = !raised_;
    return raised_ ? alert_change::raised : alert_change::cleared;
  }

  bool raised() const noexcept { return raised_; }
  /// As if it had never been looked at.
  bool forgotten() const noexcept { return !raised_ && !since_; }

private:
  bool raised_ = false;
  std::optional<time> since_; // when the level came to the other side
};

} // namespace rookery

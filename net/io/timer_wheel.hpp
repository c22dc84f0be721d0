#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rookery {

class timer_wheel;

/// A place in a list of timers that are due in the same slot.
struct wheel_link {
  wheel_link* next = nullptr;
  wheel_link* previous = nullptr;

  void unlink() noexcept {
    previous->next = next;
    next->previous = previous;
    next = previous = nullptr;
  }
  void insert_before(wheel_link& at) noexcept {
    next = &at;
    previous = at.previous;
    previous->next = this;
    at.previous = this;
  }
};

/// A deadline that lives inside its owner: arming allocates nothing. Disarms
/// itself when destroyed.
///
/// Thread: that of the wheel.
class wheel_timer : private wheel_link {
public:
  wheel_timer() = default;
  wheel_timer(const wheel_timer&) = delete;
  wheel_timer& operator=(const wheel_timer&) = delete;

  bool armed() const noexcept { return wheel_ != nullptr; }

  virtual ~wheel_timer() { disarm(); }

protected:
  /// The deadline passed; the timer is disarmed and may be armed again or
  /// destroyed. May not throw: the rest of the slot waits behind it.
  virtual void on_timer() noexcept = 0;

private:
  friend class timer_wheel;
  void disarm() noexcept;

  uint64_t due_ = 0;             // in ticks
  timer_wheel* wheel_ = nullptr; // while armed
};

/// Hashed timing wheel (Varghese and Lauck, 1987, scheme 6): O(1) to arm and
/// disarm, for the time-outs of very many connections that mostly never fire.
/// A timer fires at its deadline or up to one tick later.
class timer_wheel {
public:
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds tick{100};

  explicit timer_wheel(clock::time_point start) noexcept;
  ~timer_wheel();
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;

  /// Arms `timer` to fire `delay` after `now`; moves it when armed already.
  void
  arm(wheel_timer& timer, clock::time_point now,
      std::chrono::milliseconds delay);
  /// As `arm`, but up to `grid` earlier: at the last multiple of `grid` that is
  /// within the delay, so that deadlines of no precise kind fire together.
  void arm_on_grid(
      wheel_timer& timer, clock::time_point now,
      std::chrono::milliseconds delay, std::chrono::milliseconds grid);
  void disarm(wheel_timer& timer) noexcept { timer.disarm(); }

  /// Fires all that is due at `now`. Handlers may arm and disarm any timer.
  void advance(clock::time_point now);

  std::size_t armed() const noexcept { return armed_; }
  /// The first time at which `advance` can have something to do; of use while
  /// something is armed.
  clock::time_point next_due() const noexcept;

private:
  friend class wheel_timer;
  static constexpr std::size_t slots = 1024; // 102.4 s, then around again

  uint64_t tick_of(clock::time_point at) const noexcept;
  void arm_at(wheel_timer& timer, clock::time_point now, uint64_t due);
  void fire_slot(wheel_link& slot, uint64_t due);
  uint64_t first_used_tick() const noexcept;

  clock::time_point start_;
  uint64_t current_ = 0;  // all up to this tick have fired
  uint64_t next_due_ = 0; // no timer is due before this tick
  std::size_t armed_ = 0;
  std::array<wheel_link, slots> wheel_;
};

} // namespace rookery

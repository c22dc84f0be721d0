#include "net/io/timer_wheel.hpp"

#include <algorithm>

namespace rookery {

namespace {

void make_empty(wheel_link& head) noexcept {
  head.next = head.previous = &head;
}

} // namespace

void wheel_timer::disarm() noexcept {
  if (!wheel_)
    return;
  unlink();
  --wheel_->armed_;
  wheel_ = nullptr;
}

timer_wheel::timer_wheel(clock::time_point start) noexcept
    : start_(start) {
  for (auto& head : wheel_)
    make_empty(head);
}

timer_wheel::~timer_wheel() {
  for (auto& head : wheel_)
    while (head.next != &head)
      static_cast<wheel_timer*>(head.next)->disarm();
}

uint64_t timer_wheel::tick_of(clock::time_point at) const noexcept {
  return at <= start_ ? 0 : static_cast<uint64_t>((at - start_) / tick);
}

timer_wheel::clock::time_point timer_wheel::next_due() const noexcept {
  return start_ + next_due_ * tick;
}

uint64_t timer_wheel::first_used_tick() const noexcept {
  for (auto ahead = current_ + 1; ahead < current_ + slots; ++ahead) {
    const auto& head = wheel_[ahead % slots];
    if (head.next != &head)
      return ahead;
  }
  return current_ + slots;
}

void timer_wheel::arm(
    wheel_timer& timer, clock::time_point now,
    std::chrono::milliseconds delay) {
  // One tick more, so that a timer never fires early.
  arm_at(timer, now, tick_of(now + delay) + 1);
}

void timer_wheel::arm_on_grid(
    wheel_timer& timer, clock::time_point now, std::chrono::milliseconds delay,
    std::chrono::milliseconds grid) {
  const auto due = tick_of(now + delay) + 1;
  const auto step = std::max<uint64_t>(1, static_cast<uint64_t>(grid / tick));
  arm_at(timer, now, due - due % step);
}

void timer_wheel::arm_at(
    wheel_timer& timer, clock::time_point now, uint64_t due) {
  timer.disarm();
  if (armed_ == 0) // nothing was missed while the wheel stood still
    current_ = std::max(current_, tick_of(now));
  timer.due_ = std::max(due, current_ + 1);
  next_due_ = armed_ == 0 ? timer.due_ : std::min(next_due_, timer.due_);
  timer.wheel_ = this;
  timer.insert_before(wheel_[timer.due_ % slots]);
  ++armed_;
}

void timer_wheel::advance(clock::time_point now) {
  const auto until = tick_of(now);
  while (current_ < until && armed_ > 0) {
    ++current_;
    fire_slot(wheel_[current_ % slots], current_);
  }
  if (current_ < until)
    current_ = until;
  next_due_ = first_used_tick();
}

void timer_wheel::fire_slot(wheel_link& slot, uint64_t due) {
  // Due timers move to a list of their own first: a handler may arm a timer
  // into this very slot for the next round, or disarm one that is due now.
  wheel_link ready;
  make_empty(ready);
  for (auto* at = slot.next; at != &slot;) {
    auto* timer = static_cast<wheel_timer*>(at);
    at = at->next;
    if (timer->due_ <= due) {
      timer->unlink();
      timer->insert_before(ready);
    }
  }
  while (ready.next != &ready) {
    auto* timer = static_cast<wheel_timer*>(ready.next);
    timer->disarm();
    timer->on_timer();
  }
}

} // namespace rookery

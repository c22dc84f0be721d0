#include "actors/runtime/io_unit.hpp"

#include <caf/actor_system.hpp>

namespace rookery {

namespace {

thread_local io_unit* current_unit = nullptr;

/// Jobs per batch: sockets and timers get their turn after so many.
constexpr std::size_t jobs_per_batch = 1024;

} // namespace

io_unit::io_unit(
    caf::actor_system& system, io_thread& thread, std::size_t index,
    std::size_t messages_per_turn)
    : caf::execution_unit(&system)
    , thread_(thread)
    , index_(index)
    , messages_per_turn_(messages_per_turn) {
  thread_.add_worker_before_sending(*this);
}

io_unit* io_unit::current() noexcept {
  return current_unit;
}

void io_unit::adopt_thread() noexcept {
  current_unit = this;
  counters_of_this_thread() = &thread_.counters();
}

void io_unit::exec_later(caf::resumable* job) {
  if (current_unit == this) {
    ready_.push_back(job);
    if (!running_) // or it gets its turn in this batch still
      thread_.loop().run_again();
    return;
  }
  bool wake = false;
  {
    const std::lock_guard guard{inbox_mutex_};
    wake = inbox_.empty();
    inbox_.push_back(job);
  }
  if (wake)
    thread_.loop().wake();
}

bool io_unit::after_batch() {
  {
    const std::lock_guard guard{inbox_mutex_};
    taken_.swap(inbox_);
  }
  ready_.insert(ready_.end(), taken_.begin(), taken_.end());
  taken_.clear();
  running_ = true;
  for (std::size_t ran = 0; next_ < ready_.size() && ran < jobs_per_batch;
       ++ran)
    run(ready_[next_++]);
  running_ = false;
  if (next_ == ready_.size()) {
    ready_.clear();
    next_ = 0;
    return false;
  }
  ready_.erase(
      ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  return true;
}

void io_unit::run(caf::resumable* job) {
  switch (job->resume(this, messages_per_turn_)) {
  case caf::resumable::resume_later:
    ready_.push_back(job);
    break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message:
    caf::intrusive_ptr_release(job);
    break;
  case caf::resumable::shutdown_execution_unit:
    break; // a worker thread's message; loops are stopped by the scheduler
  }
}

} // namespace rookery

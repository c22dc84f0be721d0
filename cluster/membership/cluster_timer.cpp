#include "cluster/membership/cluster_timer.hpp"

#include <utility>

namespace rookery {

thread_timer::thread_timer()
    : thread_([this] { run(); }) {}

thread_timer::~thread_timer() {
  {
    const std::lock_guard guard{lock_};
    over_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

std::chrono::milliseconds thread_timer::now() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      clock::now().time_since_epoch());
}

void thread_timer::after(
    std::chrono::milliseconds delay, std::function<void()> act) {
  const std::lock_guard guard{lock_};
  const auto at = waiting_.emplace(clock::now() + delay, std::move(act));
  if (at == waiting_.begin())
    changed_.notify_all();
}

void thread_timer::run() {
  std::unique_lock guard{lock_};
  while (!over_) {
    if (waiting_.empty()) {
      changed_.wait(guard);
      continue;
    }
    const auto next = waiting_.begin();
    if (const auto due = next->first; due > clock::now()) {
      changed_.wait_until(guard, due);
      continue;
    }
    const auto act = std::move(next->second);
    waiting_.erase(next);
    guard.unlock();
    act();
    guard.lock();
  }
}

} // namespace rookery

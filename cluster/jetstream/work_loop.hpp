#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace rookery {

/// Work for one thread: given by any, and timers of its own.
class work_loop {
public:
  using clock = std::chrono::steady_clock;
  using work = std::function<void()>;
  using timers = std::multimap<clock::time_point, work>;
  using timer = timers::iterator;

  /// Thread: any. Bounded by who gives: calls by the journal's bounds, replies
  /// by the requests that are on their way.
  void post(work one) {
    const std::lock_guard guard{lock_};
    given_.push_back(std::move(one));
    filled_.notify_one();
  }

  // Thread: that of `run`, for all others.

  timer at(clock::time_point when, work one) {
    return timers_.emplace(when, std::move(one));
  }
  timer after(std::chrono::milliseconds pause, work one) {
    return at(clock::now() + pause, std::move(one));
  }
  /// Only of one that has not been run yet.
  void cancel(timer one) { timers_.erase(one); }
  /// `run` returns after what it is at.
  void leave() { left_ = true; }

  void run() {
    while (!left_) {
      for (auto& one : take())
        one();
      while (!timers_.empty() && timers_.begin()->first <= clock::now()) {
        const auto due = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        due();
      }
    }
  }

private:
  std::vector<work> take() {
    std::unique_lock guard{lock_};
    const auto some = [this] { return !given_.empty(); };
    if (timers_.empty())
      filled_.wait(guard, some);
    else
      filled_.wait_until(guard, timers_.begin()->first, some);
    return std::exchange(given_, {});
  }

  std::mutex lock_;
  std::condition_variable filled_;
  std::vector<work> given_;
  timers timers_;
  bool left_ = false;
};

/// The way into a loop for threads that may outlive it. Thread: any.
class loop_door {
public:
  explicit loop_door(work_loop& to)
      : to_(&to) {}
  void post(work_loop::work one) {
    const std::lock_guard guard{lock_};
    if (to_)
      to_->post(std::move(one));
  }
  /// Nothing passes any more.
  void shut() {
    const std::lock_guard guard{lock_};
    to_ = nullptr;
  }

private:
  std::mutex lock_;
  work_loop* to_;
};

} // namespace rookery

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace rookery {

/// Work for one thread: given by any, timers of its own, and a socket that it
/// waits for.
class work_loop {
public:
  using clock = std::chrono::steady_clock;
  using work = std::function<void()>;
  using timers = std::multimap<clock::time_point, work>;
  using timer = timers::iterator;
  /// What a socket is ready for.
  struct readiness {
    bool in = false;
    bool out = false;
  };

  work_loop();
  ~work_loop();
  work_loop(const work_loop&) = delete;
  work_loop& operator=(const work_loop&) = delete;

  // Thread: any.

  /// Bounded by who gives: calls by the journal's bounds, replies by the
  /// requests that are on their way.
  void post(work one);
  /// From now on `run` waits for `socket` as well; neither: no longer.
  void watch(int socket, readiness what);

  // Thread: that of `run`, for all others.

  /// What is called when the socket is ready. True: so much is on its way that
  /// more is better taken together, a millisecond later.
  void on_ready(std::function<bool(readiness)> call) {
    ready_ = std::move(call);
  }
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
  void run();

private:
  bool do_round();
  void do_timers();
  void wait();
  void wake() const;

  const int poll_;
  const int wakeup_;

  std::mutex lock_;
  std::vector<work> given_;
  bool woken_ = false; // `run` will look, and need not be told

  // Of the thread of `run`.
  std::function<bool(readiness)> ready_;
  std::vector<work> doing_;
  timers timers_;
  readiness socket_;
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
  void watch(int socket, work_loop::readiness what) {
    const std::lock_guard guard{lock_};
    if (to_)
      to_->watch(socket, what);
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

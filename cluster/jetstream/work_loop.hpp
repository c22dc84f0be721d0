#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace rookery {

/// Work of which one piece is done at a time, in the order in which it is
/// given, on any of many threads: who enters does his own, and what others give
/// meanwhile. One thread runs the loop: it waits for timers and for a socket,
/// and does what nobody else does.
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

  /// For another to do. Bounded by who gives: calls by the journal's bounds,
  /// replies by the requests that are on their way.
  void post(work one);
  /// It is done here, unless somebody is at work, who does it then. What else
  /// there is to do is done here, too, within bounds.
  void enter(work one);
  /// By a thread that calls `end_batch` soon, which does it.
  void leave_for_batch(work one);
  void end_batch();
  /// The same, but another does it.
  void wake_for_batch();
  /// From now on `run` waits for `socket` as well; neither: no longer.
  void watch(int socket, readiness what);

  // Thread: its own.
  void run();

  // Thread: that which does work, for all others.

  /// What is called when the socket is ready. True: so much is on its way that
  /// more is better taken together, a millisecond later.
  void on_ready(std::function<bool(readiness)> call) {
    ready_ = std::move(call);
  }
  timer at(clock::time_point when, work one);
  timer after(std::chrono::milliseconds pause, work one) {
    return at(clock::now() + pause, std::move(one));
  }
  /// Only of one that has not been run yet.
  void cancel(timer one) { timers_.erase(one); }
  /// `run` returns after what it is at, and nothing is done any more.
  void leave();

private:
  bool claim();
  void work_on() noexcept;
  bool do_round() noexcept;
  void do_timers() noexcept;
  void hand_over();
  readiness wait(clock::time_point until) const;
  void wake() const;

  const int poll_;
  const int wakeup_;

  std::mutex lock_;
  std::condition_variable free_;
  std::vector<work> given_;
  bool busy_ = false;  // somebody does work
  bool woken_ = false; // `run` will look, and need not be told
  std::atomic<bool> left_{false};
  std::atomic<bool> left_work_{false}; // for the end of a batch

  // Of who is busy.
  std::function<bool(readiness)> ready_;
  std::vector<work> doing_;
  timers timers_;
  clock::time_point asleep_until_{}; // of `run`, unless a timer comes first
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

#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace rookery {

/// Where the parts of a cluster have their time from; tests move it by hand.
/// Thread: any. What is asked for is bounded by who asks: each part has few
/// calls waiting.
class cluster_timer {
public:
  virtual ~cluster_timer() = default;

  /// A clock that never falls.
  virtual std::chrono::milliseconds now() const = 0;
  /// Calls `act` once, some time after `delay`, on a thread of the timer, one
  /// at a time. It must neither wait nor throw, and may ask for more. It is
  /// dropped when the timer ends first.
  virtual void
  after(std::chrono::milliseconds delay, std::function<void()> act) = 0;
};

/// The steady clock of the system and one thread. The destructor waits for the
/// call that runs; not to be destroyed by one.
class thread_timer final : public cluster_timer {
public:
  thread_timer();
  ~thread_timer() override;
  thread_timer(const thread_timer&) = delete;
  thread_timer& operator=(const thread_timer&) = delete;

  std::chrono::milliseconds now() const override;
  void
  after(std::chrono::milliseconds delay, std::function<void()> act) override;

private:
  using clock = std::chrono::steady_clock;

  void run();

  std::mutex lock_;
  std::condition_variable changed_;
  std::multimap<clock::time_point, std::function<void()>> waiting_;
  bool over_ = false;
  std::thread thread_; // last: begins when all else is there
};

} // namespace rookery

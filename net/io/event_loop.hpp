#pragma once

#include "net/io/socket_set.hpp"
#include "net/io/timer_wheel.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace rookery {

/// Work that a loop does once after each batch of events: actors run, then
/// what they queued is sent. That is why a busy socket costs one system call
/// for many frames.
class batch_worker {
public:
  /// Returns true when work is left, to be called again soon; sockets and
  /// timers get their turn in between.
  virtual bool after_batch() = 0;

protected:
  ~batch_worker() = default;
};

/// One I/O thread's events. The thread waits on an epoll set of our own, level
/// triggered, and polls an Asio io_context when somebody has posted: Asio's
/// descriptors cost a system call more for each message and 290 bytes for each
/// socket, and waiting in Asio two more for each wake-up
/// (docs/decisions/0001-actors-on-io-threads.md).
///
/// Thread: `post`, `wake` and `stop` from any; all else from the thread in
/// `run`, or before it starts.
class event_loop {
public:
  using clock = std::chrono::steady_clock;
  using task = std::function<void()>;

  event_loop();
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// Serves events until `stop`. An exception out of a handler is logged and
  /// costs that handler's turn only.
  void run();
  void stop();

  void post(task job);
  /// Has the batch workers called soon; costs a system call only when the
  /// thread waits. Thread: any.
  void wake() noexcept;
  /// Runs `job` once at `due` or soon after. Costs an allocation; for
  /// coarse and many, use `timers`.
  void call_at(clock::time_point due, task job);

  /// Sockets of clients that are in. All that are ready get their turn.
  socket_set& sockets() noexcept;
  /// Sockets of those who want in: listeners, handshakes, upgrades. Each turn
  /// has a time limit, and in between `sockets` have theirs, so that however
  /// many come at once, those who are in wait a millisecond longer.
  socket_set& door() noexcept;
  static constexpr std::chrono::milliseconds door_turn{1};

  /// Asks for another round of batch workers; from a worker or a handler.
  void run_again();

  /// Called after each batch, in the order in which they were added.
  void add_batch_worker(batch_worker& worker);

  /// Coarse timers of connections. Ticks only while one is armed.
  timer_wheel& timers() noexcept { return timers_; }
  clock::time_point now() const noexcept { return now_; }

private:
  struct parts; // Asio stays inside
  void set_alarm();
  void serve_sockets();
  void serve_door();
  void serve_timers();
  void serve_posts();
  void finish_batch();
  template <class Job>
  void guarded(Job&& job) noexcept;

  std::unique_ptr<parts> parts_;
  timer_wheel timers_;
  clock::time_point now_;
};

} // namespace rookery

#include "net/io/event_loop.hpp"

#include "base/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <map>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>
#include <utility> // Boost 1.74 forgets it for C++20
#include <vector>

namespace rookery {

namespace asio = boost::asio;

namespace {

constexpr int events_per_batch = 256;
constexpr int events_at_door = 16;

/// Ends the wait of the loop's thread, from any. Rings, by an eventfd that is
/// never read, only while the thread waits: each write is an edge of its own.
///
/// Who wakes sets `called_`, then looks at `waiting_`; who waits sets
/// `waiting_`, then looks at `called_`: one of them sees the other.
class wake_bell final : public event_handler {
public:
  wake_bell()
      : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (fd_ < 0)
      throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~wake_bell() { ::close(fd_); }
  wake_bell(const wake_bell&) = delete;
  wake_bell& operator=(const wake_bell&) = delete;

  int descriptor() const noexcept { return fd_; }
  void call() noexcept {
    if (called_.exchange(true) || !waiting_.load())
      return;
    // Fails only when it was rung 2^64 times.
    [[maybe_unused]] const int failed = ::eventfd_write(fd_, 1);
  }
  /// Returns false when it was called since the last wait: do not wait.
  bool begin_wait() noexcept {
    waiting_.store(true);
    return !called_.load();
  }
  void end_wait() noexcept {
    waiting_.store(false);
    called_.store(false);
  }

private:
  void on_events(uint32_t) override {} // that the wait ended is all

  int fd_;
  std::atomic<bool> called_ = false;
  std::atomic<bool> waiting_ = false;
};

/// Ends the wait of the loop's thread at a time: a timerfd, since a time limit
/// of epoll_wait would have the kernel set and clear a timer at every wait.
class alarm_clock final : public event_handler {
public:
  using clock = event_loop::clock;

  alarm_clock()
      : fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (fd_ < 0)
      throw std::system_error(errno, std::generic_category(), "timerfd");
  }
  ~alarm_clock() { ::close(fd_); }
  alarm_clock(const alarm_clock&) = delete;
  alarm_clock& operator=(const alarm_clock&) = delete;

  int descriptor() const noexcept { return fd_; }
  /// Ends the wait at `due`, unless it is to end before; may end it early.
  void set(clock::time_point due) noexcept {
    if (due >= set_for_)
      return;
    set_for_ = due;
    const auto since = due.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    itimerspec at{};
    at.it_value.tv_sec = seconds.count();
    at.it_value.tv_nsec = (since - seconds).count();
    ::timerfd_settime(fd_, TFD_TIMER_ABSTIME, &at, nullptr);
  }

private:
  void on_events(uint32_t) override { set_for_ = clock::time_point::max(); }

  int fd_;
  clock::time_point set_for_ = clock::time_point::max();
};

/// The set of the door is one descriptor of the main set.
class door_handler final : public event_handler {
public:
  explicit door_handler(std::function<void()> serve)
      : serve_(std::move(serve)) {}

private:
  void on_events(uint32_t) override { serve_(); }

  std::function<void()> serve_;
};

} // namespace

struct event_loop::parts {
  explicit parts(event_loop& loop)
      : at_door([&loop] { loop.serve_door(); }) {
    sockets.watch(bell.descriptor(), EPOLLIN | EPOLLET, bell);
    sockets.watch(alarm.descriptor(), EPOLLIN | EPOLLET, alarm);
    sockets.watch(door.descriptor(), EPOLLIN, at_door);
  }

  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{
      context.get_executor()};
  std::multimap<clock::time_point, task> calls; // by when they are due
  std::atomic<bool> posted = false;
  std::atomic<bool> stopping = false;
  wake_bell bell; // before the set that watches them
  alarm_clock alarm;
  socket_set door{events_at_door};
  door_handler at_door;
  socket_set sockets{events_per_batch};
  bool again = false;
  std::vector<batch_worker*> workers;
};

event_loop::event_loop()
    : parts_(std::make_unique<parts>(*this))
    , timers_(clock::now())
    , now_(clock::now()) {}

event_loop::~event_loop() = default;

template <class Job>
void event_loop::guarded(Job&& job) noexcept {
  try {
    job();
  } catch (const std::exception& error) {
    log::error("loop.handler_threw", {{"error", error.what()}});
  } catch (...) {
    log::error("loop.handler_threw", {{"error", "not an exception"}});
  }
}

void event_loop::run() {
  auto& bell = parts_->bell;
  while (!parts_->stopping.load()) {
    set_alarm();
    const bool wait = bell.begin_wait() && !parts_->again;
    parts_->sockets.fetch(wait ? socket_set::without_end : 0);
    bell.end_wait(); // who called before is served in this batch
    now_ = clock::now();
    serve_sockets();
    serve_timers();
    serve_posts();
    finish_batch();
  }
}

void event_loop::stop() {
  parts_->stopping = true;
  wake();
}

void event_loop::post(task job) {
  asio::post(parts_->context, [this, job = std::move(job)] { guarded(job); });
  parts_->posted = true;
  wake();
}

void event_loop::wake() noexcept {
  parts_->bell.call();
}

void event_loop::call_at(clock::time_point due, task job) {
  parts_->calls.emplace(due, std::move(job));
}

socket_set& event_loop::sockets() noexcept {
  return parts_->sockets;
}

socket_set& event_loop::door() noexcept {
  return parts_->door;
}

void event_loop::set_alarm() {
  if (timers_.armed() > 0)
    parts_->alarm.set(timers_.next_due());
  if (!parts_->calls.empty())
    parts_->alarm.set(parts_->calls.begin()->first);
}

void event_loop::serve_sockets() {
  while (const auto* ready = parts_->sockets.next())
    guarded([ready] { ready->handler->on_events(ready->events); });
}

/// What is left over is ready still the next time.
void event_loop::serve_door() {
  auto& set = parts_->door;
  set.fetch(0);
  now_ = clock::now();
  const auto end = now_ + door_turn;
  while (const auto* ready = now_ < end ? set.next() : nullptr) {
    guarded([ready] { ready->handler->on_events(ready->events); });
    now_ = clock::now();
  }
  set.drop_fetched();
}

void event_loop::serve_timers() {
  if (timers_.armed() > 0 && timers_.next_due() <= now_)
    guarded([&] { timers_.advance(now_); });
  auto& calls = parts_->calls;
  while (!calls.empty() && calls.begin()->first <= now_) {
    const auto due = calls.extract(calls.begin());
    guarded(due.mapped());
  }
}

void event_loop::serve_posts() {
  if (!parts_->posted.exchange(false))
    return;
  now_ = clock::now();
  parts_->context.poll();
}

void event_loop::add_batch_worker(batch_worker& worker) {
  parts_->workers.push_back(&worker);
}

void event_loop::run_again() {
  parts_->again = true;
}

void event_loop::finish_batch() {
  parts_->again = false;
  for (auto* worker : parts_->workers)
    guarded([&] { parts_->again = worker->after_batch() || parts_->again; });
}

} // namespace rookery

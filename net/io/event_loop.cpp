#include "net/io/event_loop.hpp"

#include "base/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cerrno>
#include <exception>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility> // Boost 1.74 forgets it for C++20
#include <vector>

namespace rookery {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr int events_per_batch = 256;
constexpr int events_at_door = 16;

/// An eventfd that is never read: each write is an edge of its own.
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
  void ring() noexcept {
    // Fails only when it was rung 2^64 times.
    [[maybe_unused]] const int failed = ::eventfd_write(fd_, 1);
  }

private:
  void on_events(uint32_t) override {} // the batch that ends now is all

  int fd_;
};

} // namespace

struct event_loop::parts {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{
      context.get_executor()};
  // Asio only watches whether they are ready.
  wake_bell bell; // before the set that watches it
  socket_set sockets{events_per_batch};
  socket_set door{events_at_door};
  asio::posix::stream_descriptor sockets_ready{context, sockets.descriptor()};
  asio::posix::stream_descriptor door_ready{context, door.descriptor()};
  asio::steady_timer wheel_tick{context};
  bool wheel_armed = false;
  bool work_posted = false;
  bool again = false;
  std::vector<batch_worker*> workers;

  parts() { sockets.watch(bell.descriptor(), EPOLLIN | EPOLLET, bell); }
  ~parts() { // each set closes its own
    sockets_ready.release();
    door_ready.release();
  }
};

event_loop::event_loop()
    : parts_(std::make_unique<parts>())
    , timers_(clock::now())
    , now_(clock::now()) {
  wait_for_sockets();
  wait_at_door();
}

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
  now_ = clock::now();
  parts_->context.run();
}

void event_loop::stop() {
  parts_->guard.reset();
  parts_->context.stop();
}

void event_loop::post(task job) {
  asio::post(parts_->context, [this, job = std::move(job)] {
    now_ = clock::now();
    guarded(job);
    finish_batch();
  });
}

void event_loop::wake() noexcept {
  parts_->bell.ring();
}

void event_loop::call_at(clock::time_point due, task job) {
  auto timer = std::make_shared<asio::steady_timer>(parts_->context, due);
  timer->async_wait([this, timer, job = std::move(job)](error_code error) {
    if (error)
      return;
    now_ = clock::now();
    guarded(job);
    finish_batch();
  });
}

socket_set& event_loop::sockets() noexcept {
  return parts_->sockets;
}

socket_set& event_loop::door() noexcept {
  return parts_->door;
}

void event_loop::add_batch_worker(batch_worker& worker) {
  parts_->workers.push_back(&worker);
}

void event_loop::wait_for_sockets() {
  parts_->sockets_ready.async_wait(
      asio::posix::descriptor_base::wait_read, [this](error_code error) {
        if (error)
          return;
        serve_sockets();
        wait_for_sockets();
      });
}

void event_loop::wait_at_door() {
  parts_->door_ready.async_wait(
      asio::posix::descriptor_base::wait_read, [this](error_code error) {
        if (error)
          return;
        serve_door();
        wait_at_door();
      });
}

void event_loop::serve_sockets() {
  auto& set = parts_->sockets;
  set.fetch();
  now_ = clock::now();
  while (const auto* ready = set.next())
    guarded([ready] { ready->handler->on_events(ready->events); });
  finish_batch();
}

/// What is left over is ready still the next time.
void event_loop::serve_door() {
  auto& set = parts_->door;
  set.fetch();
  now_ = clock::now();
  const auto end = now_ + door_turn;
  while (const auto* ready = now_ < end ? set.next() : nullptr) {
    guarded([ready] { ready->handler->on_events(ready->events); });
    now_ = clock::now();
  }
  set.drop_fetched();
  finish_batch();
}

void event_loop::arm_wheel() {
  if (timers_.armed() == 0)
    return;
  const auto due = timers_.next_due();
  if (parts_->wheel_armed && parts_->wheel_tick.expiry() <= due)
    return;
  parts_->wheel_armed = true;
  parts_->wheel_tick.expires_at(due); // ends a wait for later
  parts_->wheel_tick.async_wait([this](error_code error) {
    if (error)
      return;
    parts_->wheel_armed = false;
    now_ = clock::now();
    guarded([&] { timers_.advance(now_); });
    finish_batch();
  });
}

void event_loop::run_again() {
  parts_->again = true;
}

void event_loop::finish_batch() {
  parts_->again = false;
  for (auto* worker : parts_->workers)
    guarded([&] { parts_->again = worker->after_batch() || parts_->again; });
  arm_wheel();
  if (parts_->again && !parts_->work_posted) {
    parts_->work_posted = true;
    asio::post(parts_->context, [this] {
      parts_->work_posted = false;
      now_ = clock::now();
      finish_batch();
    });
  }
}

} // namespace rookery

#include "net/io/event_loop.hpp"

#include "base/check.hpp"
#include "base/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
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

int make_epoll_set() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0)
    throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return fd;
}

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
  asio::posix::stream_descriptor sockets{context, make_epoll_set()};
  asio::steady_timer wheel_tick{context};
  wake_bell bell;
  bool wheel_armed = false;
  bool work_posted = false;
  bool again = false;
  std::vector<batch_worker*> workers;
  // The batch that `serve_sockets` is working through, for `unwatch`.
  std::array<epoll_event, events_per_batch> events;
  int next_event = 0;
  int ready_events = 0;
};

event_loop::event_loop()
    : parts_(std::make_unique<parts>())
    , timers_(clock::now())
    , now_(clock::now()) {
  watch(parts_->bell.descriptor(), EPOLLIN | EPOLLET, parts_->bell);
  wait_for_sockets();
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

void event_loop::watch(int fd, uint32_t events, event_handler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (::epoll_ctl(parts_->sockets.native_handle(), EPOLL_CTL_ADD, fd, &event)
      < 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl add");
}

void event_loop::rewatch(int fd, uint32_t events, event_handler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  const auto done =
      ::epoll_ctl(parts_->sockets.native_handle(), EPOLL_CTL_MOD, fd, &event);
  ROOKERY_CHECK(done == 0, "only a watched descriptor can be watched anew");
}

void event_loop::unwatch(int fd, event_handler& handler) {
  ::epoll_ctl(parts_->sockets.native_handle(), EPOLL_CTL_DEL, fd, nullptr);
  for (int i = parts_->next_event; i < parts_->ready_events; ++i)
    if (parts_->events[static_cast<std::size_t>(i)].data.ptr == &handler)
      parts_->events[static_cast<std::size_t>(i)].data.ptr = nullptr;
}

void event_loop::add_batch_worker(batch_worker& worker) {
  parts_->workers.push_back(&worker);
}

void event_loop::wait_for_sockets() {
  parts_->sockets.async_wait(
      asio::posix::descriptor_base::wait_read, [this](error_code error) {
        if (error)
          return;
        serve_sockets();
        wait_for_sockets();
      });
}

void event_loop::serve_sockets() {
  auto& batch = *parts_;
  const int ready = ::epoll_wait(
      batch.sockets.native_handle(), batch.events.data(), events_per_batch, 0);
  now_ = clock::now();
  batch.ready_events = ready > 0 ? ready : 0;
  for (batch.next_event = 0; batch.next_event < batch.ready_events;) {
    const auto& event =
        batch.events[static_cast<std::size_t>(batch.next_event++)];
    if (auto* handler = static_cast<event_handler*>(event.data.ptr))
      guarded([&] { handler->on_events(event.events); });
  }
  batch.ready_events = 0;
  finish_batch();
}

void event_loop::arm_wheel() {
  if (parts_->wheel_armed || timers_.armed() == 0)
    return;
  parts_->wheel_armed = true;
  parts_->wheel_tick.expires_at(timers_.next_tick());
  parts_->wheel_tick.async_wait([this](error_code error) {
    parts_->wheel_armed = false;
    if (error)
      return;
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

#include "cluster/jetstream/work_loop.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <array>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

namespace rookery {

namespace {

constexpr std::chrono::milliseconds sleep_max{60'000};

/// While much is on its way the socket is looked at so often at most: else each
/// message that comes wakes threads of its own.
constexpr std::chrono::milliseconds pause{1};

int made(int descriptor) {
  ROOKERY_CHECK(descriptor >= 0, "the process has descriptors left");
  return descriptor;
}

} // namespace

work_loop::work_loop()
    : poll_(made(::epoll_create1(EPOLL_CLOEXEC)))
    , wakeup_(made(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {
  watch(wakeup_, {true, false});
}

work_loop::~work_loop() {
  ::close(wakeup_);
  ::close(poll_);
}

void work_loop::watch(int socket, readiness what) {
  epoll_event event{};
  event.events = (what.in ? EPOLLIN : 0U) | (what.out ? EPOLLOUT : 0U);
  event.data.fd = socket;
  if (event.events == 0)
    ::epoll_ctl(poll_, EPOLL_CTL_DEL, socket, nullptr);
  else if (::epoll_ctl(poll_, EPOLL_CTL_MOD, socket, &event) != 0)
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event);
}

void work_loop::wake() const {
  constexpr uint64_t one = 1;
  std::ignore = ::write(wakeup_, &one, sizeof one);
}

void work_loop::post(work one) {
  {
    const std::lock_guard guard{lock_};
    given_.push_back(std::move(one));
    if (std::exchange(woken_, true))
      return;
  }
  wake();
}

void work_loop::run() {
  while (!left_) {
    const auto ready = std::exchange(socket_, {});
    const bool more_soon = ready_ && (ready.in || ready.out) && ready_(ready);
    do
      do_timers();
    while (!left_ && do_round());
    if (left_)
      return;
    if (more_soon)
      std::this_thread::sleep_for(pause);
    wait();
  }
}

/// False: there was nothing, and who gives something wakes this thread.
bool work_loop::do_round() {
  {
    const std::lock_guard guard{lock_};
    woken_ = !given_.empty();
    if (given_.empty())
      return false;
    doing_.swap(given_);
  }
  for (auto& one : doing_)
    one();
  doing_.clear();
  return true;
}

void work_loop::do_timers() {
  while (!timers_.empty() && timers_.begin()->first <= clock::now()) {
    const auto due = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    due();
  }
}

void work_loop::wait() {
  using std::chrono::ceil, std::chrono::milliseconds;
  const auto now = clock::now();
  const auto until =
      timers_.empty() ? clock::time_point::max() : timers_.begin()->first;
  const auto most = until < now + sleep_max ? ceil<milliseconds>(until - now)
                                            : milliseconds{sleep_max};
  std::array<epoll_event, 4> events{};
  const auto count = ::epoll_wait(
      poll_, events.data(), static_cast<int>(events.size()),
      static_cast<int>(std::max(most, milliseconds{0}).count()));
  for (int i = 0; i < count; ++i) {
    const auto& one = events.at(static_cast<std::size_t>(i));
    uint64_t times = 0;
    if (one.data.fd == wakeup_) {
      std::ignore = ::read(wakeup_, &times, sizeof times);
      continue;
    }
    socket_.in = socket_.in || (one.events & ~EPOLLOUT) != 0;
    socket_.out = socket_.out || (one.events & EPOLLOUT) != 0;
  }
}

} // namespace rookery

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

/// Rounds that one who entered does for others before he leaves the rest to
/// the thread of the loop: his own calls wait meanwhile.
constexpr int rounds_max = 8;

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
    if (busy_ || left_ || std::exchange(woken_, true))
      return;
  }
  wake();
}

void work_loop::enter(work one) {
  {
    const std::lock_guard guard{lock_};
    given_.push_back(std::move(one));
    if (busy_ || left_)
      return;
    busy_ = true;
  }
  work_on();
}

void work_loop::work_on() noexcept {
  for (int round = 0; do_round(); ++round)
    if (round == rounds_max)
      return hand_over();
}

void work_loop::leave_for_batch(work one) {
  const std::lock_guard guard{lock_};
  given_.push_back(std::move(one));
  left_work_ = !busy_;
}

void work_loop::end_batch() {
  if (!left_work_)
    return;
  {
    const std::lock_guard guard{lock_};
    left_work_ = false;
    if (busy_ || left_)
      return;
    busy_ = true;
  }
  work_on();
}

void work_loop::wake_for_batch() {
  if (!left_work_.exchange(false))
    return;
  {
    const std::lock_guard guard{lock_};
    if (busy_ || left_ || std::exchange(woken_, true))
      return;
  }
  wake();
}

/// What is left is for the thread of the loop.
void work_loop::hand_over() {
  {
    const std::lock_guard guard{lock_};
    busy_ = left_;
    woken_ = true;
    free_.notify_one();
  }
  wake();
}

void work_loop::leave() {
  left_ = true;
  wake();
}

/// False: there was nothing, and somebody else may do what comes.
bool work_loop::do_round() noexcept {
  {
    const std::lock_guard guard{lock_};
    if (given_.empty() || left_) {
      busy_ = left_;
      free_.notify_one();
      return false;
    }
    doing_.swap(given_);
  }
  for (auto& one : doing_)
    one();
  doing_.clear();
  return true;
}

work_loop::timer work_loop::at(clock::time_point when, work one) {
  const auto made = timers_.emplace(when, std::move(one));
  if (when < asleep_until_) {
    asleep_until_ = when;
    wake();
  }
  return made;
}

void work_loop::do_timers() noexcept {
  while (!timers_.empty() && timers_.begin()->first <= clock::now()) {
    const auto due = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    due();
  }
}

/// False: it is over.
bool work_loop::claim() {
  std::unique_lock guard{lock_};
  free_.wait(guard, [this] { return !busy_ || left_; });
  busy_ = true;
  woken_ = false;
  return !left_;
}

void work_loop::run() {
  readiness ready;
  while (claim()) {
    bool more_soon = false;
    if (ready_ && (ready.in || ready.out))
      more_soon = ready_(ready);
    auto until = clock::time_point::max();
    do {
      asleep_until_ = {};
      do_timers();
      until =
          timers_.empty() ? clock::time_point::max() : timers_.begin()->first;
      asleep_until_ = until;
    } while (do_round());
    if (more_soon)
      std::this_thread::sleep_for(pause);
    ready = wait(until);
  }
}

work_loop::readiness work_loop::wait(clock::time_point until) const {
  using std::chrono::ceil, std::chrono::milliseconds;
  const auto now = clock::now();
  const auto most = until < now + sleep_max ? ceil<milliseconds>(until - now)
                                            : milliseconds{sleep_max};
  std::array<epoll_event, 4> events{};
  const auto count = ::epoll_wait(
      poll_, events.data(), static_cast<int>(events.size()),
      static_cast<int>(std::max(most, milliseconds{0}).count()));
  readiness ready;
  for (int i = 0; i < count; ++i) {
    const auto& one = events.at(static_cast<std::size_t>(i));
    uint64_t count_of_wakes = 0;
    if (one.data.fd == wakeup_) {
      std::ignore = ::read(wakeup_, &count_of_wakes, sizeof count_of_wakes);
      continue;
    }
    ready.in = ready.in || (one.events & ~EPOLLOUT) != 0;
    ready.out = ready.out || (one.events & EPOLLOUT) != 0;
  }
  return ready;
}

} // namespace rookery

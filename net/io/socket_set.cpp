#include "net/io/socket_set.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

namespace rookery {

namespace {

constexpr std::size_t batch_max = 256;

epoll_event describe(uint32_t events, event_handler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  return event;
}

} // namespace

socket_set::socket_set(std::size_t batch)
    : set_(::epoll_create1(EPOLL_CLOEXEC))
    , ready_(std::min(batch, batch_max)) {
  if (set_ < 0)
    throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

socket_set::~socket_set() {
  ::close(set_);
}

void socket_set::watch(int fd, uint32_t events, event_handler& handler) {
  auto event = describe(events, handler);
  if (::epoll_ctl(set_, EPOLL_CTL_ADD, fd, &event) < 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl add");
}

void socket_set::rewatch(int fd, uint32_t events, event_handler& handler) {
  auto event = describe(events, handler);
  const auto done = ::epoll_ctl(set_, EPOLL_CTL_MOD, fd, &event);
  ROOKERY_CHECK(done == 0, "only a watched descriptor can be watched anew");
}

void socket_set::unwatch(int fd, event_handler& handler) {
  ::epoll_ctl(set_, EPOLL_CTL_DEL, fd, nullptr);
  for (auto i = next_; i < fetched_; ++i)
    if (ready_[i].handler == &handler)
      ready_[i].handler = nullptr;
}

void socket_set::fetch(int wait_ms) {
  std::array<epoll_event, batch_max> events;
  const int ready = ::epoll_wait(
      set_, events.data(), static_cast<int>(ready_.size()), wait_ms);
  next_ = 0;
  fetched_ = ready > 0 ? static_cast<std::size_t>(ready) : 0;
  for (std::size_t i = 0; i < fetched_; ++i)
    ready_[i] = {
        static_cast<event_handler*>(events[i].data.ptr), events[i].events};
}

const socket_set::ready_socket* socket_set::next() {
  while (next_ < fetched_) {
    current_ = ready_[next_++];
    if (current_.handler)
      return &current_;
  }
  return nullptr;
}

} // namespace rookery

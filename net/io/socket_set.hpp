#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rookery {

/// Gets the readiness of one file descriptor.
class event_handler {
public:
  /// `events` are EPOLLIN, EPOLLOUT, EPOLLERR ... of epoll(7). Runs on the
  /// loop's thread and never waits.
  virtual void on_events(uint32_t events) = 0;

protected:
  ~event_handler() = default;
};

/// Sockets that get their turn together: an epoll set, level triggered.
///
/// Thread: the loop's, or before it runs.
class socket_set {
public:
  struct ready_socket {
    event_handler* handler;
    uint32_t events;
  };

  /// Fetches up to `batch` ready sockets at a time.
  explicit socket_set(std::size_t batch);
  ~socket_set();
  socket_set(const socket_set&) = delete;
  socket_set& operator=(const socket_set&) = delete;

  /// Of the set itself, readable while one of its sockets is ready.
  int descriptor() const noexcept { return set_; }

  void watch(int fd, uint32_t events, event_handler& handler);
  void rewatch(int fd, uint32_t events, event_handler& handler);
  /// Forgets `fd`, and its events if they were fetched.
  void unwatch(int fd, event_handler& handler);

  static constexpr int without_end = -1;
  /// Asks which sockets are ready; waits for one up to `wait_ms` milliseconds.
  void fetch(int wait_ms);
  /// The next of those, valid until the next call; null: no more.
  const ready_socket* next();
  /// Leaves the rest to the next `fetch`.
  void drop_fetched() noexcept { fetched_ = next_ = 0; }

private:
  int set_;
  std::vector<ready_socket> ready_;
  std::size_t fetched_ = 0;
  std::size_t next_ = 0;
  ready_socket current_{};
};

} // namespace rookery

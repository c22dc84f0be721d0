#pragma once

#include "net/io/outbox.hpp"

#include <liburing.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <sys/socket.h>
#include <sys/uio.h>

namespace rookery {

/// io_uring as "sendmmsg for TCP": the sends of up to `sockets_max` sockets in
/// one system call, each non-blocking, all finished when it returns.
///
/// Thread: the one that called `open` (IORING_SETUP_SINGLE_ISSUER).
class send_ring {
public:
  static constexpr std::size_t sockets_max = 256;
  static constexpr std::size_t parts_max = 64; // frames per socket and call

  send_ring() = default;
  ~send_ring() {
    if (open_)
      ::io_uring_queue_exit(&ring_);
  }
  send_ring(const send_ring&) = delete;
  send_ring& operator=(const send_ring&) = delete;

  /// False where the kernel has no io_uring, or a policy forbids it.
  [[nodiscard]] bool open() {
    open_ = ::io_uring_queue_init(
                sockets_max, &ring_,
                IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN)
            == 0;
    if (open_) // saves looking the descriptor up at each call; older kernels
      ::io_uring_register_ring_fd(&ring_); // refuse, which does no harm
    if (open_ && !parts_)
      parts_ = std::make_unique_for_overwrite<iovec[]>(sockets_max * parts_max);
    return open_;
  }

  bool full() const noexcept { return count_ == sockets_max; }
  bool empty() const noexcept { return count_ == 0; }

  /// Adds the waiting frames of one socket. `tag` comes back in `submit`.
  void add(int fd, const outbox& frames, std::size_t tag) {
    auto* first = parts_.get() + parts_used_;
    const auto filled = frames.gather({first, parts_max});
    if (filled == 0)
      return;
    parts_used_ += filled;
    auto* entry = ::io_uring_get_sqe(&ring_); // never null: count_ is bounded
    constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    if (filled == 1) {
      ::io_uring_prep_send(entry, fd, first->iov_base, first->iov_len, flags);
    } else {
      auto& message = messages_[count_];
      message = msghdr{};
      message.msg_iov = first;
      message.msg_iovlen = filled;
      ::io_uring_prep_sendmsg(entry, fd, &message, flags);
    }
    ::io_uring_sqe_set_data64(entry, count_);
    tags_[count_] = tag;
    results_[count_] = -EIO;
    ++count_;
  }

  /// Sends all that was added, then calls `sent(tag, bytes or -errno)` for
  /// each; not before all are done, since a call may free another's frames.
  /// False when the kernel refuses to go on, and the ring is of no more use:
  /// what it did not answer is reported as -EIO, or as -EAGAIN when it has not
  /// taken any, so that another way can be tried.
  template <class Sent>
  [[nodiscard]] bool submit(Sent&& sent) {
    std::size_t answered = 0;
    bool usable = true;
    bool taken = false;
    while (usable && answered < count_) {
      const int done = ::io_uring_submit_and_wait(
          &ring_, static_cast<unsigned>(count_ - answered));
      usable = done >= 0 || done == -EINTR;
      taken = taken || done >= 0;
      unsigned head = 0;
      unsigned seen = 0;
      io_uring_cqe* entry = nullptr;
      io_uring_for_each_cqe(&ring_, head, entry) {
        results_[entry->user_data] = entry->res;
        ++seen;
      }
      ::io_uring_cq_advance(&ring_, seen);
      answered += seen;
    }
    const auto added = count_;
    count_ = 0;
    parts_used_ = 0;
    for (std::size_t i = 0; i < added; ++i)
      sent(tags_[i], taken ? results_[i] : -EAGAIN);
    return usable;
  }

private:
  io_uring ring_{};
  bool open_ = false;
  std::size_t count_ = 0;
  std::unique_ptr<iovec[]> parts_; // room for all sockets; touched as needed
  std::size_t parts_used_ = 0;
  std::array<msghdr, sockets_max> messages_{};
  std::array<std::size_t, sockets_max> tags_{};
  std::array<long, sockets_max> results_{};
};

} // namespace rookery

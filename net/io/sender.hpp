#pragma once

#include "net/io/event_loop.hpp"
#include "net/io/outbox.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace rookery {

/// How the kernel is asked to send. io_uring puts the sends of many sockets
/// into one system call; where the kernel or a container's seccomp profile
/// forbids it, each socket gets a sendmsg.
enum class send_way : uint8_t { sendmsg, io_uring };

/// `wanted`, or sendmsg where the kernel has no io_uring for us.
send_way usable_way(send_way wanted);

/// A socket with queued frames, as the sender sees it.
class outgoing {
public:
  /// Called once per batch: the frames that wait, or nothing when the owner
  /// sends by itself (TLS) or can not send now.
  virtual outbox* frames_to_send() = 0;
  /// The socket took `bytes`, or refused with -errno (-EAGAIN: it is full).
  virtual void on_sent(long bytes) = 0;
  virtual int descriptor() const = 0;

  virtual ~outgoing() = default;

private:
  friend class sender;
  bool marked_ = false;
};

/// Sends what the sockets of one loop have queued, once after each batch of
/// events. A marked socket must stay alive until then.
///
/// Thread: the loop's.
class sender final : public batch_worker {
public:
  /// `wanted` io_uring falls back to sendmsg where it is not to be had.
  explicit sender(send_way wanted);
  ~sender();

  void mark(outgoing& one) {
    if (one.marked_)
      return;
    one.marked_ = true;
    marked_.push_back(&one);
  }
  void unmark(outgoing& one) noexcept;

  /// What is used, or will be if the kernel lets us.
  send_way way() const noexcept { return way_; }
  /// System calls made to send, for metrics and tests.
  uint64_t calls() const noexcept { return calls_; }

  bool after_batch() override;

private:
  class ring;
  void send_each(std::size_t from);
  void send_one(outgoing& one, outbox& frames);
  void send_all_by_ring();
  bool has_ring();

  std::vector<outgoing*> marked_;
  std::vector<outgoing*> batch_; // being sent
  std::unique_ptr<ring> ring_;
  send_way way_;
  uint64_t calls_ = 0;
};

} // namespace rookery

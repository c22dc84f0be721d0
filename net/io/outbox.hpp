#pragma once

#include "base/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sys/uio.h>

namespace rookery {

/// The two bounds of an outbox.
struct outbox_limits {
  uint32_t messages_max = 0;
  std::size_t bytes_max = 0;
};

enum class push_result : uint8_t { queued, full };

/// The bounded queue of frames for one socket. `push` checks both bounds before
/// it takes a frame, so they are never exceeded by what topics send. Answers
/// and control frames pass the bound; what bounds those is that reading stops:
/// each answers something that was read, and at most `credit` are open.
///
/// Example: two frames queued, 10 bytes of the first are sent, a ping comes:
/// the pong goes behind the first frame and before the second.
///
/// Costs 40 bytes while empty. Thread: that of the socket.
class outbox {
public:
  outbox() = default;
  outbox(const outbox&) = delete;
  outbox& operator=(const outbox&) = delete;
  ~outbox() { meter(0); }

  /// Queues an event of a topic, unless that would pass one of `limits`.
  [[nodiscard]] push_result push(frame one, const outbox_limits& limits);
  /// The same, and makes room for it: the oldest frames of the same source that
  /// wait leave, as many as it takes. `dropped` grows by their messages.
  [[nodiscard]] push_result
  push_over_oldest(frame one, const outbox_limits& limits, uint32_t& dropped);
  /// Queues an answer behind all that waits.
  void push_answer(frame one);
  /// Queues a control frame before all data, but never inside a frame that is
  /// partly sent (RFC 6455, section 5.5).
  void push_control(frame one);

  /// Points `parts` at the next bytes to send; returns how many it filled.
  std::size_t gather(std::span<iovec> parts) const noexcept;
  /// Takes away `bytes` that the socket has accepted.
  void consume(std::size_t bytes) noexcept;

  /// Drops all frames of which nothing is sent yet; returns how many.
  uint32_t drop_waiting() noexcept;

  bool fits(uint32_t messages, std::size_t bytes, const outbox_limits& limits)
      const noexcept {
    return messages_ + messages <= limits.messages_max
           && bytes_ + bytes <= limits.bytes_max;
  }
  bool empty() const noexcept { return count_ == 0; }
  uint32_t messages() const noexcept { return messages_; }
  /// Bytes of all frames, the sent part of the first included.
  std::size_t bytes() const noexcept { return bytes_; }
  uint32_t control_frames() const noexcept { return controls_; }

private:
  frame& at(uint32_t index) const noexcept {
    return ring_[(head_ + index) & (capacity_ - 1)];
  }
  void make_room();
  /// The ring has this many places from now on; the node's meter is told.
  void meter(uint32_t capacity) noexcept;
  void shrink() noexcept;
  void append(frame one);
  void pop_front() noexcept;
  uint32_t drop_oldest(uint32_t source) noexcept;

  std::unique_ptr<frame[]> ring_; // capacity_ is a power of two
  uint32_t capacity_ = 0;
  uint32_t head_ = 0;
  uint32_t count_ = 0; // frames; one that is several joined counts once
  uint32_t messages_ = 0;
  uint32_t sent_ = 0; // bytes of the first frame that have left
  uint32_t bytes_ = 0;
  uint32_t controls_ = 0; // at the front, behind a frame in flight
};

} // namespace rookery

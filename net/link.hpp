#pragma once

#include "base/error.hpp"
#include "base/frame.hpp"
#include "net/lifecycle.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rookery {

/// The forms in which one event exists at most: two encodings, each plain and
/// compressed. All connections that agreed on the same form share its frame.
enum class frame_form : uint8_t {
  json,
  msgpack,
  json_deflate,
  msgpack_deflate,
};
inline constexpr std::size_t frame_forms = 4;

constexpr bool is_msgpack(frame_form form) noexcept {
  return form == frame_form::msgpack || form == frame_form::msgpack_deflate;
}
constexpr bool is_compressed(frame_form form) noexcept {
  return form == frame_form::json_deflate
         || form == frame_form::msgpack_deflate;
}

/// One event, encoded once for each form that somebody wants.
struct event_frames {
  std::array<frame, frame_forms> by_form;

  const frame& operator[](frame_form form) const noexcept {
    return by_form[static_cast<std::size_t>(form)];
  }
  frame& operator[](frame_form form) noexcept {
    return by_form[static_cast<std::size_t>(form)];
  }
};

/// What became of a send.
enum class send_result : uint8_t {
  queued,
  /// The outbox is at a bound; the frame was not taken.
  full,
  /// The connection is not open; nothing may be sent any more.
  not_open,
};

/// How far a socket has come, to tell a slow client from one that stands still.
struct link_progress {
  bool blocked = false; // the socket takes nothing more now
  uint64_t acked = 0;   // bytes that the peer has confirmed, ever
};

/// What went through a link, and what waits in it.
struct link_traffic {
  uint64_t messages_in = 0; // of the client
  uint64_t events_out = 0;  // events and answers that were queued for it
  uint32_t outbox_messages = 0;
  std::size_t outbox_bytes = 0;
  bool blocked = false; // its socket is full
};

/// How a connection speaks to its client: one WebSocket, seen from the inside.
/// No call waits. Thread: the connection's.
class client_link {
public:
  virtual ~client_link() = default;

  /// Queues an event of a topic, within the bounds of the outbox.
  [[nodiscard]] virtual send_result push(const frame& one) = 0;
  /// The same, but lets it wait until other frames go or `wake` is called.
  [[nodiscard]] virtual send_result push_held(const frame& one) = 0;
  virtual void wake() = 0;
  /// As `push`, but if the outbox is full, the oldest frames of the same source
  /// leave it; `dropped` grows by their messages.
  [[nodiscard]] virtual send_result
  push_over_oldest(const frame& one, uint32_t& dropped) = 0;
  /// The socket takes nothing more now.
  virtual bool blocked() const = 0;
  /// So much more could be pushed.
  virtual bool fits(uint32_t messages, std::size_t bytes) const = 0;
  /// The socket takes more, and less than a quarter of the outbox is in use.
  virtual bool has_room() const = 0;
  /// Nothing waits to be sent.
  virtual bool idle() const = 0;
  /// Calls the owner's `on_room` once, as soon as there is room.
  virtual void await_room() = 0;
  /// Queues the answer to a message of the client.
  virtual send_result answer(std::string_view payload) = 0;
  /// Gives back the right to read so many more messages.
  virtual void grant(uint32_t messages) = 0;
  /// Sends a close frame behind all that is queued, and waits for the client's
  /// within the close time-out. Nothing can be sent afterwards.
  virtual void close(close_code code) = 0;
  /// Closes at once: what waits is dropped, the close frame goes next, and the
  /// socket stays for the linger time, so that it arrives when the client reads
  /// again.
  virtual void cut(close_code code, std::string_view reason) = 0;

  virtual link_state state() const = 0;
  virtual frame_form form() const = 0;
  virtual link_traffic traffic() const = 0;
  virtual link_progress progress() const = 0;
};

/// Who a link belongs to. Calls come on the link's thread.
class link_owner {
public:
  /// One complete message. It costs one credit, which `grant` gives back.
  virtual void on_message(std::string_view payload, bool binary) = 0;
  /// The socket is full: the client reads more slowly than it is sent to. Only
  /// arms timers, it is called while others are being sent to.
  virtual void on_blocked() = 0;
  /// There is room in the outbox, after `await_room`.
  virtual void on_room() = 0;
  /// The link left OPEN; `code` is the one reason of this ending. Nothing can
  /// be sent any more.
  virtual void on_closing(close_code code) = 0;
  /// The socket is gone. Last call; the owner may destroy the link.
  virtual void on_closed() = 0;

protected:
  ~link_owner() = default;
};

} // namespace rookery

#pragma once

#include "base/log.hpp"
#include "net/inflow.hpp"
#include "net/io/outbox.hpp"
#include "net/io_thread.hpp"
#include "net/link.hpp"
#include "net/stream.hpp"
#include "net/ws/frame_header.hpp"
#include "net/ws/parser.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <sys/epoll.h>

namespace rookery {

/// What all WebSockets of a listener have in common; outlives them.
struct transport_settings {
  uint32_t credit = 64;
  outbox_limits outbox{4096, 1024 * 1024};
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds pong_timeout{8'000};
  std::chrono::milliseconds close_timeout{5'000};
  std::chrono::milliseconds linger{30'000}; // after `cut`
  std::size_t compress_bytes_min = 256;
  inflow_limits inflow;
};

/// What the handshake agreed on.
struct link_terms {
  bool msgpack = false;
  bool deflate = false;
  uint8_t window_bits = 15; // of what we send
};

/// One WebSocket (RFC 6455, server side): its socket, its parser, its outbox
/// and its time-outs. It reads while the owner has credit and the outbox is
/// less than half full; the sender of its thread writes.
///
/// How it ends, always through the same states:
///  - `cut`: as `close`, but what waits is dropped, and the wait is longer.
///  - `close`, or a broken protocol: close frame behind what is queued; waits
///    for the client's (not after a broken protocol), then FIN, then reads away
///    what still comes, so that no reset overtakes the close frame.
///  - the client's close frame: the same code goes back, then FIN.
///  - the socket fails: closed at once.
/// Each wait is bounded by `close_timeout`.
///
/// Thread: that of its io_thread, always.
class transport final : public client_link,
                        public event_handler,
                        public outgoing,
                        public ws::parser_sink,
                        public wheel_timer,
                        public deferred {
public:
  transport(
      io_thread& home, const transport_settings& settings, link_owner& owner,
      stream&& socket, const link_terms& terms);
  ~transport();

  /// Starts to read. `early` came behind the upgrade request, whose `answer`
  /// goes together with the first frames.
  void start(std::string_view early, std::string_view answer = {});

  send_result push(const frame& one) override;
  send_result push_held(const frame& one) override;
  send_result push_over_oldest(const frame& one, uint32_t& dropped) override;
  void wake() override;
  bool blocked() const override { return blocked_; }
  bool fits(uint32_t messages, std::size_t bytes) const override {
    return outbox_.fits(messages, bytes, settings_.outbox);
  }
  bool has_room() const override;
  bool idle() const override { return outbox_.empty(); }
  void await_room() override;
  send_result answer(std::string_view payload) override;
  void grant(uint32_t messages) override;
  void close(close_code code) override;
  void cut(close_code code, std::string_view reason) override;
  link_state state() const override { return life_.state(); }
  frame_form form() const override;
  link_traffic traffic() const override;
  link_progress progress() const override;

  /// Queues a message of either kind; compressed when that was agreed on.
  send_result send(ws::opcode kind, std::string_view payload);

private:
  // event_handler, outgoing, wheel_timer, deferred
  void on_events(uint32_t events) override;
  outbox* frames_to_send() override;
  void on_sent(long bytes) override;
  int descriptor() const override { return socket_.descriptor(); }
  void on_timer() noexcept override;
  void on_batch_end() override;

  // ws::parser_sink
  bool on_message(ws::opcode kind, std::string_view payload) override;
  bool on_ping(std::string_view payload) override;
  bool on_pong(std::string_view payload) override;
  void on_close(close_code code, std::string_view reason) override;

  void read();
  void parse(std::span<char> bytes);
  bool may_read() const noexcept;
  void resume_reading();
  void at_end_of_stream();
  bool all_sent() const noexcept {
    return outbox_.empty() && socket_.unsent_bytes() == 0;
  }
  void watch_for(uint32_t events);
  void after_write();
  void ping_after(std::chrono::milliseconds delay);
  void begin_closing(
      close_code code, std::string_view reason,
      std::chrono::milliseconds patience);
  void fail(const ws::violation& why);
  void shut_down();
  void finish(close_code code);
  void defer();
  template <class Call>
  void tell_owner(Call&& call) noexcept;
  std::chrono::milliseconds pause() const noexcept;
  void pace();

  /// Ends a pause in reading. Only where the client's rate is limited.
  struct pacing final : wheel_timer {
    explicit pacing(transport& owner)
        : paused(owner) {}
    void on_timer() noexcept override { paused.resume_reading(); }

    transport& paused;
    inflow meter;
  };

  static constexpr uint32_t readable = EPOLLIN | EPOLLRDHUP;

  /// What the timer waits for.
  enum class wait : uint8_t { ping_due, pong, close_frame, end_of_stream };

  io_thread& home_;
  const transport_settings& settings_;
  link_owner& owner_;
  stream socket_;
  ws::parser parser_;
  outbox outbox_;
  /// Bytes that were read but not parsed, when reading had to stop.
  std::unique_ptr<std::string> held_;
  std::unique_ptr<pacing> pacing_;
  uint64_t messages_in_ = 0;
  uint64_t bytes_out_ = 0;  // that the socket took
  uint64_t events_out_ = 0; // queued, close and control frames not counted
  uint32_t credit_;
  uint32_t watched_ = 0; // epoll events
  link_terms terms_;
  lifecycle life_;
  wait waiting_ = wait::ping_due;
  bool alive_ : 1 = true;     // the peer gave a sign since the last check
  bool parsing_ : 1 = false;  // inside parse()
  bool blocked_ : 1 = false;  // the socket is full
  bool deferred_ : 1 = false; // on_batch_end will come
  bool close_received_ : 1 = false;
  bool fin_sent_ : 1 = false;
  bool end_seen_ : 1 = false;    // the client's FIN, behind its close frame
  bool owner_waits_ : 1 = false; // for room in the outbox
};

/// An owner that throws loses its own connection, not the loop's batch.
template <class Call>
void transport::tell_owner(Call&& call) noexcept {
  try {
    call();
  } catch (const std::exception& error) {
    log::error("connection.owner_threw", {{"error", error.what()}});
    close(close_code::server_error);
  }
}

} // namespace rookery

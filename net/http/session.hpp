#pragma once

#include "net/http/app.hpp"

#include <memory>
#include <optional>
#include <string>

namespace rookery {

/// One accepted socket until it is upgraded or closed: reads requests with
/// Beast's parser and writes answers. It must finish each request within the
/// request time-out, or it is closed (slow headers, slow bodies, idle).
///
/// Thread: its io_thread's.
class http_session final : public event_handler,
                           public wheel_timer,
                           public deferred,
                           public std::enable_shared_from_this<http_session> {
public:
  http_session(
      io_thread& home, const http_settings& settings, http_app& app,
      stream&& socket, std::string remote_address);
  ~http_session();

  /// Starts to read; its thread keeps the session until the socket is closed.
  /// Who may not come in is told why, whatever the request is.
  void start(refusal why = refusal::none);
  /// CPU time that this client cost before it had a session.
  void add_cost(uint64_t cpu_ns) noexcept { cpu_ns_ += cpu_ns; }

private:
  struct exchange; // Beast's parser and the request that it reads

  void on_events(uint32_t events) override;
  void on_timer() noexcept override { finish(); }
  void on_batch_end() override;

  void handle(uint32_t events);
  void count_handshake(read_status status);
  void read();
  void receive(std::string_view bytes);
  void give_up_tls();
  void refuse_plain_text();
  std::chrono::milliseconds last_timeout() const;
  void take(std::string_view bytes);
  void on_request();
  void upgrade();
  void refuse_request(unsigned status, std::string_view why);
  void refuse_entry(refusal why);
  bool know_client();
  void respond(http_response answer, bool last);
  void write();
  void next_request();
  void watch_for(uint32_t events);
  void finish();
  void defer();

  io_thread& home_;
  const http_settings& settings_;
  http_app& app_;
  stream socket_;
  std::string remote_address_;
  std::unique_ptr<exchange> exchange_;
  std::string early_;  // bytes behind the request at work
  std::string unsent_; // of the answer
  enum class phase : uint8_t {
    reading,
    answering, // the application has the request
    writing,
    draining, // the last answer is sent; what still comes is read away
    ended,
  };
  phase phase_ = phase::reading;
  refusal refused_ = refusal::none;
  bool handshake_over_ = false; // that of TLS, and it is counted
  bool last_ = false;           // close after the answer
  bool deferred_ = false;       // on_batch_end will come
  bool upgraded_ = false;
  uint64_t cpu_ns_ = 0; // of this thread, for this client
};

} // namespace rookery

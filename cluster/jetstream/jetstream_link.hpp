#pragma once

#include "base/error.hpp"
#include "cluster/jetstream/jetstream_settings.hpp"
#include "cluster/jetstream/work_loop.hpp"

#include <nats/nats.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rookery {

/// Calls `Destroy` at the end.
template <class T, void (*Destroy)(T*)>
struct jetstream_deleter {
  void operator()(T* one) const noexcept { Destroy(one); }
};
using nats_message =
    std::unique_ptr<natsMsg, jetstream_deleter<natsMsg, natsMsg_Destroy>>;

/// What came back for a request.
struct jetstream_reply {
  enum class kind : uint8_t {
    message,
    not_found, // there is no such message
    nobody,    // no responders: no stream, or no leader of it
    timeout,
    away // not sent: there is no connection
  };
  kind what = kind::timeout;
  // Of `message`. Headers are empty or 0 where there are none.
  std::string data;
  std::string message_id; // Nats-Msg-Id
  std::string subject;    // Nats-Subject
  uint64_t sequence = 0;  // Nats-Sequence

  bool ok() const noexcept { return what == kind::message; }
};

/// One connection to NATS, and requests over it that nobody waits for: each is
/// answered in the loop, by a reply or at its deadline. NATS.c calls back on
/// threads of its own, where nothing is done but to copy and to post.
///
/// Thread: that of the loop, but for `open`.
class jetstream_link {
public:
  using headers = std::vector<std::pair<const char*, std::string>>;
  using on_reply = std::function<void(jetstream_reply)>;

  /// Blocks until it is connected, 5 s at most. `on_reconnect` is posted.
  static result<std::unique_ptr<jetstream_link>> open(
      const jetstream_settings& settings, work_loop& loop,
      work_loop::work on_reconnect);
  /// Returns when no callback runs any more. Requests are not answered.
  ~jetstream_link();
  jetstream_link(const jetstream_link&) = delete;
  jetstream_link& operator=(const jetstream_link&) = delete;

  void request(
      const std::string& subject, const headers& with, std::string_view data,
      std::chrono::milliseconds deadline, on_reply then);

  bool up() const;
  /// How often the connection was lost. What it led to may not be there any
  /// more: until it was looked at and `trust` says so, no request is sent.
  uint64_t losses() const noexcept { return losses_; }
  void trust(uint64_t losses) noexcept { trusted_ = losses; }
  std::size_t payload_max() const;
  natsConnection* handle() const noexcept { return connection_; }

private:
  struct waiting {
    on_reply then;
    work_loop::timer deadline;
  };
  jetstream_link(work_loop& loop, work_loop::work on_reconnect)
      : loop_(loop)
      , on_reconnect_(std::move(on_reconnect)) {}
  natsStatus connect(const jetstream_settings& settings);
  natsStatus subscribe();
  natsStatus send(
      const std::string& subject, const std::string& reply, const headers& with,
      std::string_view data);
  void settle(uint64_t id, jetstream_reply reply);
  static void
  on_message(natsConnection*, natsSubscription*, natsMsg* message, void* self);

  work_loop& loop_;
  work_loop::work on_reconnect_;
  natsConnection* connection_ = nullptr;
  natsSubscription* replies_ = nullptr;
  std::string inbox_;               // "_INBOX.xxx."
  std::atomic<uint64_t> losses_{0}; // told by a thread of NATS.c
  uint64_t trusted_ = 0;
  uint64_t newest_ = 0; // request
  std::unordered_map<uint64_t, waiting> waiting_;
  std::promise<void> unsubscribed_; // the last call for `replies_` was made
  std::promise<void> closed_;       // and that for `connection_`
};

} // namespace rookery

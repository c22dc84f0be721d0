#pragma once

#include "base/error.hpp"
#include "cluster/bus/nats_options.hpp"
#include "cluster/jetstream/jetstream_settings.hpp"
#include "cluster/jetstream/received.hpp"
#include "cluster/jetstream/work_loop.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rookery {

/// One connection to NATS, and requests over it that nobody waits for: each is
/// answered in the loop, by a reply or at its deadline. The loop reads the
/// socket, takes replies and live messages from what it read, and writes once
/// for all that a round of its work sends. What befalls the connection NATS.c
/// tells on threads of its own, perhaps a little longer than this lives; there
/// nothing is done but to post.
///
/// Thread: that of the loop, but for `connect`.
class jetstream_link {
public:
  using headers = std::vector<std::pair<const char*, std::string>>;
  using on_reply = std::function<void(jetstream_reply)>;
  /// What is told of the connection; posted.
  struct notices {
    work_loop::work reconnected;
    work_loop::work closed; // for good: the login is refused by now
  };
  /// Told of each message of a subject.
  using on_live = std::function<void(natsMsg*)>;
  /// A subscription, which ends with this: after that nothing is told.
  struct hearing;
  using listening = std::shared_ptr<hearing>;

  jetstream_link(
      const jetstream_settings& settings, work_loop& loop, notices told);
  /// Requests are not answered any more.
  ~jetstream_link();
  jetstream_link(const jetstream_link&) = delete;
  jetstream_link& operator=(const jetstream_link&) = delete;

  /// While the loop runs, by any thread, once. Blocks until it is connected, 5
  /// s for each server at most. `unauthorized`: the login is refused;
  /// `bad_request`: settings are wrong; `not_available`: no server is there.
  result<void> connect();

  void request(
      const std::string& subject, const headers& with, std::string_view data,
      std::chrono::milliseconds deadline, on_reply then) {
    request(up() && trusted(), subject, with, data, deadline, std::move(then));
  }
  /// What stores nothing may be sent before it is trusted.
  void
  ask(const std::string& subject, std::chrono::milliseconds deadline,
      on_reply then) {
    request(up(), subject, {}, {}, deadline, std::move(then));
  }
  /// The server knows of it before it sees any later request. None: there is
  /// no connection any more. One for each subject.
  listening listen(std::string subject, on_live tell);

  /// Thread: any, at once, for these two.
  bool up() const noexcept;
  /// How often the connection was lost. What it led to may not be there any
  /// more: until it was looked at and `trust` says so, no request is sent.
  uint64_t losses() const noexcept;
  void trust(uint64_t losses) noexcept { trusted_ = losses; }
  void distrust() noexcept { trusted_ = UINT64_MAX; }
  bool trusted() const noexcept { return trusted_ == losses(); }
  std::size_t payload_max() const;
  natsConnection* handle() const noexcept { return connection_.get(); }

private:
  struct waiting {
    on_reply then;
    work_loop::timer deadline;
  };
  /// Read, and not handled yet.
  struct arrival {
    nats_ptr<natsMsg> message;
    std::weak_ptr<hearing> by;
    bool is_reply = false;
  };
  struct shared;
  using subjects = std::unordered_map<std::string_view, std::weak_ptr<hearing>>;
  void request(
      bool may_send, const std::string& subject, const headers& with,
      std::string_view data, std::chrono::milliseconds deadline, on_reply then);
  result<void> set_up(natsOptions* to) const;
  result<void> subscribe();
  natsStatus send(
      const std::string& subject, const std::string& reply, const headers& with,
      std::string_view data);
  bool serve(work_loop::readiness ready);
  void flush();
  bool take(natsMsg* message);
  void handle_arrived();
  void settle(uint64_t id, jetstream_reply reply);

  const jetstream_settings& settings_;
  work_loop& loop_;
  const notices told_;
  const std::string inbox_; // with its last dot
  const std::shared_ptr<shared> shared_;
  nats_ptr<natsConnection> connection_;
  nats_ptr<natsSubscription> replies_;
  const std::shared_ptr<subjects> heard_ = std::make_shared<subjects>();
  std::vector<arrival> arrived_; // by one read of the socket
  bool waits_to_write_ = false;
  bool overlap_ = false; // of requests, since the socket was read
  uint64_t trusted_ = 0;
  uint64_t newest_ = 0; // request
  std::unordered_map<uint64_t, waiting> waiting_;
};

} // namespace rookery

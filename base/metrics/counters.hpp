#pragma once

#include "base/config/config.hpp"
#include "base/error.hpp"
#include "base/refusal.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rookery {

/// A number that one thread changes and others read: no locked instruction.
class counter {
public:
  void add(uint64_t n = 1) noexcept {
    value_.store(
        value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void subtract(uint64_t n = 1) noexcept { add(~n + 1); }
  uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<uint64_t> value_{0};
};

/// Upper bounds of latency buckets in seconds: 10 us to 10 s.
inline constexpr std::array latency_bounds{
    0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
    0.01,    0.025,    0.05,    0.1,    0.25,    0.5,    1.0,   2.5,    10.0};

/// A histogram that one thread fills and others read.
class latency_histogram {
public:
  static constexpr std::size_t buckets = latency_bounds.size() + 1;

  void observe_ns(uint64_t ns) noexcept {
    std::size_t at = 0;
    while (at < latency_bounds.size()
           && static_cast<double>(ns) > latency_bounds[at] * 1e9)
      ++at;
    counts_[at].add();
    sum_ns_.add(ns);
  }
  void observe(std::chrono::nanoseconds took) noexcept {
    observe_ns(static_cast<uint64_t>(std::max<int64_t>(took.count(), 0)));
  }
  uint64_t count(std::size_t bucket) const noexcept {
    return counts_[bucket].value();
  }
  double sum_seconds() const noexcept {
    return static_cast<double>(sum_ns_.value()) * 1e-9;
  }

private:
  std::array<counter, buckets> counts_;
  counter sum_ns_;
};

/// The endings that have a counter of their own; the last stands for all codes
/// that clients choose themselves.
inline constexpr std::array counted_closes{
    close_code::normal,
    close_code::going_away,
    close_code::no_status,
    close_code::protocol_error,
    close_code::unsupported_data,
    close_code::invalid_utf8,
    close_code::message_too_big,
    close_code::drain,
    close_code::overloaded,
    close_code::laggard,
    close_code::no_pong,
    close_code::server_error,
    close_code::token_expired,
    close_code::unauthorized,
    close_code::auth_timeout,
    close_code::malformed,
    close_code::forbidden,
    close_code::connection_limit,
    close_code::disconnected_by_api,
    close_code::flood,
    close_code::abnormal,
    close_code::other};

/// What one I/O thread counts. Sums over all threads are made when somebody
/// asks (base/metrics/exposition.hpp).
///
/// Thread: written by its owner, read by any.
struct thread_counters {
  counter accepted; // sockets
  counter upgraded; // WebSocket connections, ever
  /// Of the public listener: upgrades, and CPU time of this thread from the
  /// accept to the end of the upgrade, TLS included.
  counter accept_upgrades;
  counter accept_cpu_ns;
  counter open; // WebSocket connections, now
  counter http_requests;
  counter tls_full; // handshakes
  counter tls_resumed;
  counter tls_failed;
  counter messages_in; // of clients, complete
  counter bytes_in;
  counter frames_out; // that sockets took
  counter bytes_out;
  counter sends;      // times that a socket took some of them
  counter errors_out; // error events sent
  counter publishes;
  counter deliveries; // frames pushed into outboxes by topics
  /// In mailboxes of fanouts: their sender's thread adds, theirs subtracts.
  counter deliveries_waiting;
  counter dropped;           // frames that an outbox refused
  counter subscriptions;     // now
  counter reading_paused;    // times that a client ran out of credit
  counter gaps;              // told to subscribers
  counter repairs_from_ring; // subscribers that are live again
  counter repairs_from_journal;
  counter repairs_from_snapshot;
  counter flow_pauses_sent; // flow.pause to clients
  counter flow_pauses_received;
  latency_histogram publish_to_log;
  latency_histogram publish_to_outbox;
  latency_histogram log_to_socket;
  latency_histogram delivery_in_mailbox;
  /// Events that a subscriber did not get and will not, by overflow_policy.
  std::array<counter, overflow_policies> dropped_by_policy;
  std::array<counter, counted_closes.size()> closed;
  std::array<counter, refusals.size()> refused;

  /// When the oldest delivery whose frames no socket was given yet got its
  /// place in the order; none: there is none. Of the owner alone.
  std::optional<std::chrono::steady_clock::time_point> unsent_since;

  /// The sockets were given all that waited.
  void count_sent(std::chrono::steady_clock::time_point now) noexcept {
    log_to_socket.observe(now - *unsent_since);
    unsent_since.reset();
  }

  void count_dropped(overflow_policy by, uint64_t events = 1) noexcept {
    dropped_by_policy[static_cast<std::size_t>(by)].add(events);
  }

  void count_refusal(refusal why) noexcept {
    refused[static_cast<std::size_t>(why)].add();
  }

  void count_close(close_code code) noexcept {
    std::size_t at = 0;
    while (at + 1 < counted_closes.size() && counted_closes[at] != code)
      ++at;
    closed[at].add();
  }
};

/// The counters of the calling thread; null on threads that have none.
inline thread_counters*& counters_of_this_thread() noexcept {
  thread_local thread_counters* own = nullptr;
  return own;
}

} // namespace rookery

#pragma once

#include "base/rate_meter.hpp"
#include "base/refusal.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rookery {

/// Whom an address stands for: one IPv4 address, or the /64 that one IPv6
/// customer has (RFC 6177).
struct client_network {
  std::array<uint8_t, 8> bytes{}; // IPv4: ::ffff:a.b.c.d's last 8

  /// Nothing if `address` is none.
  static std::optional<client_network> of(std::string_view address);
  bool operator==(const client_network&) const = default;
};

struct gate_limits {
  uint32_t connections = 0; // 0: without limit, here and below
  uint32_t per_second = 0;
  uint32_t per_address = 0;
  std::vector<std::string> trusted_proxies; // "10.0.0.0/8"
};

/// Lets clients in while there is room: for the node, per second, for one
/// address, and in memory. All threads that accept share one; it outlives the
/// passes.
///
/// Memory: one entry for each address with a connection, only where addresses
/// are limited. Thread: any.
class gate {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit gate(gate_limits limits);
  gate(const gate&) = delete;
  gate& operator=(const gate&) = delete;

  /// The right to be here; its end makes room for another.
  class pass {
  public:
    pass() = default;
    pass(pass&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr))
        , network_(other.network_) {}
    pass& operator=(pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      std::swap(network_, other.network_);
      return *this;
    }
    ~pass() {
      if (gate_)
        gate_->leave(network_);
    }

  private:
    friend class gate;
    gate* gate_ = nullptr;
    client_network network_; // all 0: not counted by address
  };

  /// A socket was accepted from `peer`; `granted` is filled if it may come in.
  /// Of a trusted proxy only the node's room is asked: `forwarded` follows when
  /// the request tells for whom it is.
  refusal enter(time_point now, std::string_view peer, pass& granted);
  /// Counts the pass by the address that a trusted proxy told.
  refusal forwarded(std::string_view client, pass& granted);

  /// Nobody comes in from now on, or who else may again.
  void shut(bool overloaded) noexcept {
    overloaded_.store(overloaded, std::memory_order_relaxed);
  }

  /// The client's address: the peer's, or the last address in X-Forwarded-For
  /// that is not itself a trusted proxy. Views are into the arguments.
  std::string_view
  client_address(std::string_view peer, std::string_view forwarded_for) const;
  bool trusts(std::string_view address) const;

  /// Seconds after which to try again, for Retry-After; spread, so that those
  /// who were refused together do not come back together.
  unsigned retry_after_s(refusal why) const;

  uint64_t inside() const noexcept {
    return inside_.load(std::memory_order_relaxed);
  }

private:
  struct network_hash {
    std::size_t operator()(const client_network& one) const noexcept;
  };
  struct proxy_network {
    std::array<uint8_t, 16> address{};
    unsigned bits = 128;
  };
  refusal count_arrival(time_point now, std::string_view peer, pass& one);
  bool count(const client_network& one);
  void leave(const client_network& one) noexcept;

  const gate_limits limits_;
  std::vector<proxy_network> proxies_;
  std::atomic<uint64_t> inside_{0};
  std::atomic<bool> overloaded_{false};
  std::mutex guard_; // of both below
  rate_meter arrivals_;
  std::unordered_map<client_network, uint32_t, network_hash> by_network_;
};

} // namespace rookery

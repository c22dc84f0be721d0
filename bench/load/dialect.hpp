#pragma once

#include "bench/load/frame.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rookery::load {

enum class role : uint8_t {
  /// Subscribes to its topic before it counts as open.
  subscriber,
  publisher,
  /// Comes, is greeted, and leaves.
  visitor,
  /// Counts as open without a subscription, and subscribes when told to.
  latecomer,
};

/// A place in the log of a topic.
struct position {
  std::string epoch;
  uint64_t offset = 0;
};

/// A connection as its dialect sees it.
class peer {
public:
  peer(role role_of_it, std::string topic)
      : role_(role_of_it)
      , topic_(std::move(topic)) {}
  virtual ~peer() = default;

  [[nodiscard]] role plays() const { return role_; }
  [[nodiscard]] const std::string& topic() const { return topic_; }

  /// Queues one WebSocket message.
  virtual void send(std::string_view message) = 0;

  /// The connection is now what its role asks for.
  virtual void opened() = 0;

  /// `message` carries one or more published payloads.
  virtual void received(std::string_view message) = 0;

  /// The publish with this id is answered. The offset is zero where there is
  /// no log, or where the product does not tell it.
  virtual void receipt(uint32_t id, uint64_t offset) = 0;

  /// All that it missed has been received.
  virtual void live() = 0;

  /// The server refused; the connection ends.
  virtual void refused(std::string_view why) = 0;

  /// For dialects: how far opening has come, and the begin of what the next
  /// message ends.
  unsigned stage = 0;
  std::string rest;

  /// Up to where it has its topic's log, if that has one: what came after is
  /// asked for when it subscribes. Dialects move it on.
  std::optional<position> since;

private:
  role role_;
  std::string topic_;
};

/// What one product speaks inside WebSocket messages. Has no state of its own.
class dialect {
public:
  virtual ~dialect() = default;

  /// Path and query of the upgrade request.
  [[nodiscard]] virtual std::string target() const = 0;

  /// The subprotocol to offer; empty for none.
  [[nodiscard]] virtual std::string_view subprotocol() const { return {}; }

  /// The kind of frame that carries a message.
  [[nodiscard]] virtual opcode carrier() const { return opcode::text; }

  /// The upgrade is done.
  virtual void on_upgraded(peer& at) const = 0;

  virtual void on_message(peer& at, std::string_view message) const = 0;

  /// The message that publishes `payload`, which needs no escaping.
  [[nodiscard]] virtual std::string
  publish(const std::string& topic, const std::string& payload) const = 0;

  /// The same, to be answered with `id`, which is at least `receipt_id_min`.
  /// Throws where the product has no receipts, as `subscribe` does where it
  /// has no log.
  [[nodiscard]] virtual std::string publish_for_receipt(
      const std::string& topic, const std::string& payload, uint32_t id) const;
  static constexpr uint32_t receipt_id_min = 10;

  /// The message that subscribes `at` to its topic, from `since` on.
  [[nodiscard]] virtual std::string subscribe(const peer& at) const;
};

/// The dialect of that name, or nothing. `token` is a JWT for those that take
/// one, or empty.
std::unique_ptr<dialect>
make_dialect(std::string_view name, const std::string& token);

std::vector<std::string> dialect_names();

} // namespace rookery::load

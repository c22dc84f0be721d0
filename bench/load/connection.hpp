#pragma once

#include "bench/load/dialect.hpp"
#include "bench/load/stream.hpp"

#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <vector>

namespace rookery::load {

class connection;

/// Told what happens to connections. Thread: the loop's.
class watcher {
public:
  virtual ~watcher() = default;

  /// The connection is what its role asks for.
  virtual void on_open(connection& which) = 0;

  /// `message` carries one or more published payloads.
  virtual void on_published(connection& which, std::string_view message) = 0;

  /// Its publish with this id is answered; see `peer::receipt`.
  virtual void on_receipt(connection&, uint32_t /*id*/, uint64_t /*offset*/) {}

  /// It subscribed and has all that it missed.
  virtual void on_live(connection&) {}

  /// The connection is over, once for each that was started. `why` is empty
  /// if it was told to leave.
  virtual void on_end(connection& which, std::string_view why) = 0;
};

/// What all connections share.
struct surroundings {
  std::vector<sockaddr_in> servers; // not empty
  const dialect* speaks = nullptr;
  const tls_client* tls = nullptr;
  watcher* watch = nullptr;
  int epoll = -1;
  /// Bytes are read into here and judged in place: one buffer for all.
  std::vector<char> buffer;
};

/// One WebSocket connection of a client. Thread: the loop's, like all here.
class connection final : public peer {
public:
  /// `number` says which it is, and is chosen by the owner.
  connection(
      surroundings& around, role plays, std::string topic, uint32_t number);

  [[nodiscard]] uint32_t number() const { return number_; }

  /// Starts to connect.
  void start(in_addr source);

  /// What epoll saw.
  void on_ready(uint32_t events);

  /// Queues one publish; `flush` sends all that is queued.
  void publish(const std::string& payload);
  void publish_for_receipt(const std::string& payload, uint32_t id);
  void flush();

  /// What a latecomer waits for.
  void subscribe();

  /// Says goodbye and waits for the server to end the connection.
  void leave();

  /// Goes without a close frame, as a process that is killed, and waits for
  /// the server to end the connection as well.
  void drop();

  [[nodiscard]] bool resumed() const { return stream_ && stream_->resumed(); }

private:
  [[nodiscard]] const sockaddr_in& server() const {
    return around_.servers[number_ % around_.servers.size()];
  }
  enum class state : uint8_t {
    idle,
    connecting,
    securing,
    upgrading,
    opening,
    open,
    leaving,
    ended,
  };

  void send(std::string_view message) override;
  void opened() override;
  void received(std::string_view message) override;
  void receipt(uint32_t id, uint64_t offset) override;
  void live() override;
  void refused(std::string_view why) override;

  /// From the end of the handshakes below WebSocket to the end.
  [[nodiscard]] bool is_up() const {
    return state_ >= state::upgrading && state_ < state::ended;
  }

  void on_connecting();
  void on_securing();
  void on_readable();
  void on_bytes(std::string_view bytes);
  /// Judges as much as is whole, and leaves the rest.
  void take(std::string_view& bytes);
  bool take_upgrade(std::string_view& bytes);
  void on_frame(const frame& seen);
  void on_message(const frame& seen);
  void watch(bool writable);
  void end(std::string_view why);

  surroundings& around_;
  std::optional<stream> stream_;
  /// The begin of a frame whose end is still to come.
  std::string unread_;
  /// The fragments so far of a message.
  std::string fragments_;
  std::string unsent_;
  uint32_t number_;
  state state_ = state::idle;
  bool watches_writable_ = false;
};

} // namespace rookery::load

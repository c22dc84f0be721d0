#pragma once

#include "net/gate.hpp"
#include "net/tls/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rookery {

class outbox;

enum class read_status : uint8_t {
  data,
  again,   // nothing there now
  closed,  // end of the stream
  failed,  // the socket did
  broken,  // TLS is, and the peer has been told (tls_stream::failure)
  not_tls, // plain text where TLS should begin
};

struct read_result {
  read_status status = read_status::again;
  std::span<char> bytes; // valid until the next call on this thread
  bool last = false;     // the peer said that nothing comes behind these
};

/// An accepted socket, with or without TLS; owns the descriptor. No call waits.
/// Thread: the connection's.
class stream {
public:
  explicit stream(int fd) noexcept
      : fd_(fd) {}
  stream(int fd, const tls_context& context);
  stream(stream&& other) noexcept;
  stream& operator=(stream&&) = delete;
  ~stream();

  int descriptor() const noexcept { return fd_; }
  bool encrypted() const noexcept { return tls_ != nullptr; }

  /// Whether the TLS handshake is over, and whether a ticket spared a full one.
  bool established() const noexcept {
    return tls_ && tls_->session.established();
  }
  bool resumed() const noexcept { return tls_ && tls_->session.resumed(); }

  /// Reads what is there, at most `buffer` (ciphertext when encrypted). What
  /// TLS has to answer is sent at once, or goes with the next write when there
  /// is data, which one will answer: see `unsent_bytes`.
  read_result read(std::span<char> buffer);

  /// Goes on without TLS: to tell who spoke plain text, or to read away what
  /// comes behind a failure.
  void give_up_tls() noexcept { tls_.reset(); }

  /// Encrypted streams only: takes frames while the socket takes records, and
  /// returns the bytes of frames taken, or -errno. With `last`, close_notify
  /// goes behind them.
  long write_frames(outbox& frames, bool last);

  /// Writes as much of `bytes` as the socket takes now; returns how much (all
  /// of it when encrypted: records wait here), or -errno.
  long write(std::string_view bytes);

  /// The socket did not take all of the last write's records; what waits is
  /// bounded by one write.
  bool blocked() const noexcept { return tls_ && tls_->full; }
  std::size_t unsent_bytes() const noexcept {
    return tls_ ? tls_->unsent.size() - tls_->sent : 0;
  }
  /// Sends those. False when the socket failed.
  [[nodiscard]] bool flush();

  /// Says that nothing more will be sent (close_notify, then FIN).
  void shut_down();
  void close() noexcept;

  /// What lets it be here; given back when the descriptor is closed.
  gate::pass& pass() noexcept { return pass_; }

private:
  struct encryption {
    explicit encryption(const tls_context& context)
        : session(context) {}

    tls_stream session;
    std::string unsent; // records, from `sent` on; without memory when empty
    std::size_t sent = 0;
    bool full = false;  // the socket took no more
    bool heard = false; // the peer has begun
  };

  read_result decrypt(std::span<char> ciphertext);

  int fd_;
  gate::pass pass_;
  std::unique_ptr<encryption> tls_;
};

} // namespace rookery

#pragma once

#include "net/tls.hpp"

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
  again,  // nothing there now
  closed, // end of the stream
  failed,
};

struct read_result {
  read_status status = read_status::again;
  std::span<char> bytes; // valid until the next call on this thread
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

  /// Reads what is there, at most `buffer` (ciphertext when encrypted).
  read_result read(std::span<char> buffer);

  /// Encrypted streams only: takes frames while the socket takes records, and
  /// returns the bytes of frames taken, or -errno.
  long write_frames(outbox& frames);

  /// Writes as much of `bytes` as the socket takes now; returns how much (all
  /// of it when encrypted: records wait here), or -errno.
  long write(std::string_view bytes);

  /// Records that the socket did not take yet; bounded by one write.
  bool blocked() const noexcept { return !unsent_.empty(); }
  std::size_t unsent_bytes() const noexcept { return unsent_.size() - sent_; }
  /// Sends those. False when the socket failed.
  [[nodiscard]] bool flush();

  /// Says that nothing more will be sent (close_notify, then FIN).
  void shut_down();
  void close() noexcept;

private:
  int fd_;
  std::unique_ptr<tls_stream> tls_;
  std::string unsent_; // records, from sent_ on
  std::size_t sent_ = 0;
};

} // namespace rookery

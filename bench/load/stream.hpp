#pragma once

#include "bench/load/tls.hpp"

#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <span>
#include <string_view>

namespace rookery::load {

/// What became of a step that must not wait.
enum class step : uint8_t {
  done,
  /// Go on when the descriptor is readable.
  wants_read,
  /// Go on when the descriptor is writable.
  wants_write,
  ended,
};

struct transferred {
  step outcome = step::done;
  /// More than zero exactly if the outcome is `done`.
  std::size_t bytes = 0;
};

/// A non-blocking TCP connection, with TLS on it if `tls` is given.
class stream {
public:
  /// Starts to connect; `source` is a loopback address, so that more
  /// connections fit than one address has ports.
  stream(const sockaddr_in& server, in_addr source, const tls_client* tls);
  ~stream();

  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Whether TCP is connected, asked when the descriptor is first writable.
  [[nodiscard]] bool connected() const;

  /// The next step of the TLS handshake; done at once without TLS.
  [[nodiscard]] step secure();

  /// Whether TLS took up an earlier session.
  [[nodiscard]] bool resumed() const;

  [[nodiscard]] transferred read(std::span<char> into);
  [[nodiscard]] transferred write(std::string_view bytes);

  /// Sends nothing more, and says so to TCP alone.
  void shut();

  /// Whether `read` may have more although the descriptor is not readable.
  [[nodiscard]] bool buffers_reads() const { return tls_ != nullptr; }

private:
  [[nodiscard]] step why_not(int result) const;

  int descriptor_;
  ssl_ptr tls_;
};

} // namespace rookery::load

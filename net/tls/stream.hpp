#pragma once

#include "net/tls/context.hpp"

#include <cstdint>
#include <string>
#include <string_view>

using SSL = struct ssl_st;

namespace rookery {

/// One server-side TLS session without a socket: ciphertext goes in and out as
/// bytes. OpenSSL reads and writes through a BIO of ours that borrows the
/// caller's buffers, so that an idle session keeps none.
///
/// Thread: the connection's.
class tls_stream {
public:
  enum class status : uint8_t {
    open,
    closed, // the peer said close_notify
    failed,
  };

  explicit tls_stream(const tls_context& context);
  ~tls_stream();
  tls_stream(const tls_stream&) = delete;
  tls_stream& operator=(const tls_stream&) = delete;

  /// Takes all of `ciphertext`; appends what it decrypts to `plain`, and what
  /// has to be sent to the peer (handshake, alerts) to `answer`.
  status
  receive(std::string_view ciphertext, std::string& plain, std::string& answer);

  /// Encrypts all of `plain` and appends records to `ciphertext`. Only after
  /// the handshake.
  [[nodiscard]] bool send(std::string_view plain, std::string& ciphertext);

  /// Appends close_notify, once.
  void end(std::string& ciphertext);

  bool established() const noexcept;
  /// Whether a ticket spared the full handshake.
  bool resumed() const noexcept;

  /// Why the last `receive` on this thread failed: "no shared cipher".
  static const char* failure() noexcept;

private:
  SSL* session_;
};

} // namespace rookery

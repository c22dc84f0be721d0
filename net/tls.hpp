#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace rookery {

/// The certificate and settings that a listener's TLS connections share.
/// Thread: any; OpenSSL counts references.
class tls_context {
public:
  /// Loads PEM files; an error names the file and OpenSSL's reason.
  static result<std::shared_ptr<tls_context>>
  load(const std::string& certificate_file, const std::string& key_file);

  ~tls_context();
  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

  SSL_CTX* native() const noexcept { return context_; }

private:
  explicit tls_context(SSL_CTX* context) noexcept
      : context_(context) {}
  SSL_CTX* context_;
};

/// One server-side TLS session without a socket: ciphertext goes in and out as
/// bytes. OpenSSL reads and writes through a BIO of ours that borrows the
/// caller's buffers, so that an idle session keeps none (14 KB, against the 86
/// KB of asio::ssl::stream).
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

  /// Appends close_notify.
  void end(std::string& ciphertext);

  bool established() const noexcept;

private:
  SSL* session_;
};

} // namespace rookery

#pragma once

#include <memory>
#include <string>

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_session_st SSL_SESSION;
typedef struct ssl_st SSL;

namespace rookery::load {

struct ssl_deleter {
  void operator()(SSL_CTX* context) const;
  void operator()(SSL_SESSION* session) const;
  void operator()(SSL* ssl) const;
};

using ssl_ptr = std::unique_ptr<SSL, ssl_deleter>;
using session_ptr = std::unique_ptr<SSL_SESSION, ssl_deleter>;

/// The client side of TLS 1.3 for all connections. The certificate is not
/// verified: what is measured is the server.
class tls_client {
public:
  /// With `resume`, later connections present the newest session ticket that
  /// an earlier one was given.
  explicit tls_client(bool resume);

  tls_client(const tls_client&) = delete;
  tls_client& operator=(const tls_client&) = delete;

  [[nodiscard]] ssl_ptr attach(int descriptor) const;

private:
  static int on_new_session(SSL* ssl, SSL_SESSION* session);

  std::unique_ptr<SSL_CTX, ssl_deleter> context_;
  session_ptr session_;
};

} // namespace rookery::load

#include "bench/load/tls.hpp"

#include <openssl/ssl.h>

#include <stdexcept>

namespace rookery::load {

void ssl_deleter::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

void ssl_deleter::operator()(SSL_SESSION* session) const {
  SSL_SESSION_free(session);
}

// OpenSSL gives up the session of a connection that is freed without a
// shutdown.
void ssl_deleter::operator()(SSL* ssl) const {
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl);
}

tls_client::tls_client(bool resume)
    : context_(SSL_CTX_new(TLS_client_method())) {
  if (!context_)
    throw std::runtime_error("OpenSSL gives no TLS client context");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION);
  SSL_CTX_set_mode(
      context_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
                          | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_app_data(context_.get(), this);
  SSL_CTX_set_session_cache_mode(
      context_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  if (resume)
    SSL_CTX_sess_set_new_cb(context_.get(), &tls_client::on_new_session);
}

ssl_ptr tls_client::attach(int descriptor) const {
  ssl_ptr ssl{SSL_new(context_.get())};
  if (!ssl || SSL_set_fd(ssl.get(), descriptor) != 1)
    throw std::runtime_error("OpenSSL gives no TLS connection");
  SSL_set_connect_state(ssl.get());
  if (session_) {
    // A copy, since OpenSSL gives up a session once a connection resumed it,
    // while many connections here are under way with the same one.
    session_ptr copy{SSL_SESSION_dup(session_.get())};
    SSL_set_session(ssl.get(), copy.get());
  }
  return ssl;
}

// Returning 1 tells OpenSSL that the session is ours to free.
int tls_client::on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto* self =
      static_cast<tls_client*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  self->session_.reset(session);
  return 1;
}

} // namespace rookery::load

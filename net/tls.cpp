#include "net/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace rookery {

namespace {

/// What the BIO of the session at work reads from and writes to. One session
/// works at a time on a thread.
struct lent_buffers {
  std::string_view in;
  std::string* out = nullptr;
};
thread_local lent_buffers lent;

int bio_read(BIO* bio, char* to, int wanted) {
  BIO_clear_retry_flags(bio);
  if (lent.in.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const auto taken = std::min(static_cast<std::size_t>(wanted), lent.in.size());
  std::memcpy(to, lent.in.data(), taken);
  lent.in.remove_prefix(taken);
  return static_cast<int>(taken);
}

int bio_write(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  if (!lent.out)
    return -1;
  lent.out->append(from, static_cast<std::size_t>(size));
  return size;
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int bio_create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* borrowing_method() {
  static BIO_METHOD* const method = [] {
    auto* made = BIO_meth_new(
        BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "borrowed buffers");
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    BIO_meth_set_create(made, bio_create);
    return made;
  }();
  return method;
}

std::string openssl_reason() {
  std::array<char, 256> text{};
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0)
    return "unknown error";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

/// RFC 7301: what runs on a WebSocket port is HTTP/1.1.
int choose_protocol(
    SSL*, const unsigned char** out, unsigned char* out_size,
    const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr unsigned char ours[]{8,   'h', 't', 't', 'p',
                                        '/', '1', '.', '1'};
  const auto chosen = SSL_select_next_proto(
      const_cast<unsigned char**>(out), out_size, ours, sizeof ours, offered,
      offered_size);
  return chosen == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK
                                          : SSL_TLSEXT_ERR_ALERT_FATAL;
}

} // namespace

result<std::shared_ptr<tls_context>> tls_context::load(
    const std::string& certificate_file, const std::string& key_file) {
  auto* native = SSL_CTX_new(TLS_server_method());
  if (!native)
    return refuse(errc::internal, "TLS: " + openssl_reason());
  std::shared_ptr<tls_context> context{new tls_context{native}};
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_mode(
      native, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
                  | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Tickets resume sessions; a cache would cost memory for each.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(native, certificate_file.c_str()) != 1)
    return refuse(
        errc::internal,
        certificate_file + ": certificate not usable: " + openssl_reason());
  if (SSL_CTX_use_PrivateKey_file(native, key_file.c_str(), SSL_FILETYPE_PEM)
      != 1)
    return refuse(
        errc::internal, key_file + ": key not usable: " + openssl_reason());
  if (SSL_CTX_check_private_key(native) != 1)
    return refuse(
        errc::internal, key_file + ": the key does not fit the certificate: "
                            + openssl_reason());
  return context;
}

tls_context::~tls_context() {
  SSL_CTX_free(context_);
}

tls_stream::tls_stream(const tls_context& context)
    : session_(SSL_new(context.native())) {
  auto* bio = session_ ? BIO_new(borrowing_method()) : nullptr;
  if (!bio) {
    SSL_free(session_);
    throw std::bad_alloc{};
  }
  SSL_set_bio(session_, bio, bio);
  SSL_set_accept_state(session_);
}

tls_stream::~tls_stream() {
  SSL_free(session_);
}

tls_stream::status tls_stream::receive(
    std::string_view ciphertext, std::string& plain, std::string& answer) {
  lent = {ciphertext, &answer};
  ERR_clear_error();
  std::array<char, 16 * 1024> record; // the most that one record holds
  auto found = status::open;
  for (;;) {
    const int got =
        SSL_read(session_, record.data(), static_cast<int>(record.size()));
    if (got > 0) {
      plain.append(record.data(), static_cast<std::size_t>(got));
      continue;
    }
    switch (SSL_get_error(session_, got)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      break;
    case SSL_ERROR_ZERO_RETURN:
      found = status::closed;
      break;
    default:
      ERR_clear_error();
      found = status::failed;
    }
    break;
  }
  lent = {};
  return found;
}

bool tls_stream::send(std::string_view plain, std::string& ciphertext) {
  lent = {{}, &ciphertext};
  ERR_clear_error();
  bool good = true;
  while (good && !plain.empty()) {
    const int taken =
        SSL_write(session_, plain.data(), static_cast<int>(plain.size()));
    good = taken > 0;
    if (good)
      plain.remove_prefix(static_cast<std::size_t>(taken));
  }
  lent = {};
  return good;
}

void tls_stream::end(std::string& ciphertext) {
  lent = {{}, &ciphertext};
  SSL_shutdown(session_);
  ERR_clear_error();
  lent = {};
}

bool tls_stream::established() const noexcept {
  return SSL_is_init_finished(session_) == 1;
}

} // namespace rookery

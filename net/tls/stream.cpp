#include "net/tls/stream.hpp"

#include "net/tls/openssl_reason.hpp"

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

thread_local const char* last_failure = "";

} // namespace

tls_stream::tls_stream(const tls_context& context)
    : session_(SSL_new(context.current().get())) {
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
      last_failure = openssl_reason();
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
  if (!(SSL_get_shutdown(session_) & SSL_SENT_SHUTDOWN))
    SSL_shutdown(session_);
  ERR_clear_error();
  lent = {};
}

bool tls_stream::established() const noexcept {
  return SSL_is_init_finished(session_) == 1;
}

bool tls_stream::resumed() const noexcept {
  return SSL_session_reused(session_) == 1;
}

const char* tls_stream::failure() noexcept {
  return last_failure;
}

} // namespace rookery

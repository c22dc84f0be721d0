#include "bench/load/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace rookery::load {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

transferred outcome_of(ssize_t result, step on_full) {
  if (result > 0)
    return {step::done, static_cast<std::size_t>(result)};
  if (result < 0 && (errno == EAGAIN || errno == EINTR))
    return {on_full};
  return {step::ended};
}

} // namespace

stream::stream(const sockaddr_in& server, in_addr source, const tls_client* tls)
    : descriptor_(
        socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (descriptor_ < 0)
    fail("socket");
  int on = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // The port is chosen at connect(), when the whole address pair is known.
  setsockopt(descriptor_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr = source;
  auto refused =
      bind(descriptor_, reinterpret_cast<const sockaddr*>(&from), sizeof from)
          != 0
      || (connect(
              descriptor_, reinterpret_cast<const sockaddr*>(&server),
              sizeof server)
              != 0
          && errno != EINPROGRESS);
  if (refused) {
    auto error = errno;
    close(descriptor_);
    errno = error;
    fail("connect");
  }
  if (tls)
    tls_ = tls->attach(descriptor_);
}

stream::~stream() {
  close(descriptor_);
}

bool stream::connected() const {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) == 0
         && error == 0;
}

step stream::secure() {
  if (!tls_)
    return step::done;
  ERR_clear_error();
  auto result = SSL_do_handshake(tls_.get());
  return result == 1 ? step::done : why_not(result);
}

bool stream::resumed() const {
  return tls_ && SSL_session_reused(tls_.get()) == 1;
}

transferred stream::read(std::span<char> into) {
  if (!tls_)
    return outcome_of(
        recv(descriptor_, into.data(), into.size(), 0), step::wants_read);
  ERR_clear_error();
  std::size_t bytes = 0;
  auto result = SSL_read_ex(tls_.get(), into.data(), into.size(), &bytes);
  return result == 1 ? transferred{step::done, bytes}
                     : transferred{why_not(result)};
}

transferred stream::write(std::string_view bytes) {
  if (!tls_)
    return outcome_of(
        send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
        step::wants_write);
  ERR_clear_error();
  std::size_t written = 0;
  auto result = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &written);
  return result == 1 ? transferred{step::done, written}
                     : transferred{why_not(result)};
}

void stream::shut() {
  shutdown(descriptor_, SHUT_WR);
}

step stream::why_not(int result) const {
  switch (SSL_get_error(tls_.get(), result)) {
  case SSL_ERROR_WANT_READ:
    return step::wants_read;
  case SSL_ERROR_WANT_WRITE:
    return step::wants_write;
  default:
    return step::ended;
  }
}

} // namespace rookery::load

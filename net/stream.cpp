#include "net/stream.hpp"

#include "net/io/outbox.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace rookery {

namespace {

constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
/// Plain bytes that go into records at once: frames are joined before they are
/// encrypted, since a record costs more than its bytes.
constexpr std::size_t records_bytes_max = 64 * 1024;

/// Decrypted bytes of the read at work; one per thread, reused.
thread_local std::string decrypted;

} // namespace

stream::stream(int fd, const tls_context& context)
    : fd_(fd)
    , tls_(std::make_unique<tls_stream>(context)) {}

stream::stream(stream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1))
    , tls_(std::move(other.tls_))
    , unsent_(std::move(other.unsent_))
    , sent_(other.sent_) {}

stream::~stream() {
  close();
}

void stream::close() noexcept {
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
  tls_.reset();
}

read_result stream::read(std::span<char> buffer) {
  const auto got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got == 0)
    return {read_status::closed, {}};
  if (got < 0)
    return {
        errno == EAGAIN || errno == EINTR ? read_status::again
                                          : read_status::failed,
        {}};
  const auto bytes = buffer.first(static_cast<std::size_t>(got));
  if (!tls_)
    return {read_status::data, bytes};
  decrypted.clear();
  const auto status =
      tls_->receive({bytes.data(), bytes.size()}, decrypted, unsent_);
  if (!flush() || status == tls_stream::status::failed)
    return {read_status::failed, {}};
  if (!decrypted.empty())
    return {read_status::data, decrypted};
  return {
      status == tls_stream::status::closed ? read_status::closed
                                           : read_status::again,
      {}};
}

bool stream::flush() {
  while (sent_ < unsent_.size()) {
    const auto sent =
        ::send(fd_, unsent_.data() + sent_, unsent_.size() - sent_, flags);
    if (sent < 0)
      return errno == EAGAIN || errno == EINTR;
    sent_ += static_cast<std::size_t>(sent);
  }
  std::string{}.swap(unsent_);
  sent_ = 0;
  return true;
}

long stream::write_frames(outbox& frames) {
  thread_local std::string plain;
  std::array<iovec, 64> parts;
  long taken = 0;
  while (!frames.empty() && unsent_.empty()) {
    plain.clear();
    const auto filled = frames.gather(parts);
    for (std::size_t i = 0; i < filled && plain.size() < records_bytes_max; ++i)
      plain.append(
          static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    if (!tls_->send(plain, unsent_) || !flush())
      return -EPIPE;
    frames.consume(plain.size());
    taken += static_cast<long>(plain.size());
  }
  if (plain.capacity() > 4 * records_bytes_max)
    std::string{}.swap(plain); // a huge message was in it
  return taken;
}

long stream::write(std::string_view bytes) {
  if (tls_) {
    if (!tls_->send(bytes, unsent_) || !flush())
      return -EPIPE;
    return static_cast<long>(bytes.size());
  }
  const auto sent = ::send(fd_, bytes.data(), bytes.size(), flags);
  if (sent >= 0)
    return sent;
  return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

void stream::shut_down() {
  if (tls_ && tls_->established()) {
    tls_->end(unsent_);
    (void)flush();
  }
  ::shutdown(fd_, SHUT_WR);
}

} // namespace rookery

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
/// Memory that a thread keeps for the next read or write; a huge message's is
/// given back.
constexpr std::size_t kept_bytes_max = 4 * records_bytes_max;

/// Decrypted bytes of the read at work; one per thread, reused.
thread_local std::string decrypted;
/// Memory for the records of the stream at work, which has none when idle.
thread_local std::string spare;

void borrow_spare(std::string& records) {
  if (records.empty())
    records.swap(spare);
}

void give_back(std::string& records) {
  records.clear();
  if (records.capacity() <= kept_bytes_max)
    spare = std::move(records);
  std::string{}.swap(records);
}

/// HTTP begins with a method in capital letters; no record of TLS does.
bool begins_like_http(std::span<const char> bytes) {
  return bytes.front() >= 'A' && bytes.front() <= 'Z';
}

} // namespace

stream::stream(int fd, const tls_context& context)
    : fd_(fd)
    , tls_(std::make_unique<encryption>(context)) {}

stream::stream(stream&& other) noexcept
    : fd_(std::exchange(other.fd_, -1))
    , pass_(std::move(other.pass_))
    , tls_(std::move(other.tls_)) {}

stream::~stream() {
  close();
}

void stream::close() noexcept {
  if (fd_ >= 0)
    ::close(std::exchange(fd_, -1));
  tls_.reset();
  pass_ = {};
}

read_result stream::read(std::span<char> buffer) {
  const auto got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got == 0)
    return {read_status::closed};
  if (got < 0)
    return {
        errno == EAGAIN || errno == EINTR ? read_status::again
                                          : read_status::failed};
  const auto bytes = buffer.first(static_cast<std::size_t>(got));
  return tls_ ? decrypt(bytes) : read_result{read_status::data, bytes};
}

read_result stream::decrypt(std::span<char> ciphertext) {
  if (!tls_->heard && begins_like_http(ciphertext))
    return {read_status::not_tls, ciphertext};
  tls_->heard = true;
  decrypted.clear();
  if (decrypted.capacity() > kept_bytes_max)
    std::string{}.swap(decrypted);
  borrow_spare(tls_->unsent);
  const auto status = tls_->session.receive(
      {ciphertext.data(), ciphertext.size()}, decrypted, tls_->unsent);
  const bool failed = status == tls_stream::status::failed;
  const bool last = status == tls_stream::status::closed;
  // An answer to data will take along what has to be sent.
  const bool waits = !failed && !decrypted.empty() && !tls_->unsent.empty();
  if (!waits && !flush())
    return {read_status::failed};
  if (failed)
    return {read_status::broken};
  if (!decrypted.empty())
    return {read_status::data, decrypted, last};
  return {last ? read_status::closed : read_status::again};
}

bool stream::flush() {
  if (!tls_)
    return true;
  auto& [session, unsent, sent, full, heard] = *tls_;
  while (sent < unsent.size()) {
    const auto more =
        ::send(fd_, unsent.data() + sent, unsent.size() - sent, flags);
    full = more < 0;
    if (full)
      return errno == EAGAIN || errno == EINTR;
    sent += static_cast<std::size_t>(more);
  }
  give_back(unsent);
  sent = 0;
  full = false;
  return true;
}

long stream::write_frames(outbox& frames, bool last) {
  thread_local std::string plain;
  std::array<iovec, 64> parts;
  long taken = 0;
  if (blocked() && !flush())
    return -EPIPE;
  if (blocked())
    return 0;
  borrow_spare(tls_->unsent);
  do {
    plain.clear();
    const auto filled = frames.gather(parts);
    for (std::size_t i = 0; i < filled && plain.size() < records_bytes_max; ++i)
      plain.append(
          static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    if (!tls_->session.send(plain, tls_->unsent))
      return -EPIPE;
    frames.consume(plain.size());
    taken += static_cast<long>(plain.size());
    if (last && frames.empty())
      tls_->session.end(tls_->unsent);
    if (!flush())
      return -EPIPE;
  } while (!frames.empty() && !blocked());
  if (plain.capacity() > kept_bytes_max)
    std::string{}.swap(plain);
  return taken;
}

long stream::write(std::string_view bytes) {
  if (tls_) {
    borrow_spare(tls_->unsent);
    if (!tls_->session.send(bytes, tls_->unsent) || !flush())
      return -EPIPE;
    return static_cast<long>(bytes.size());
  }
  const auto sent = ::send(fd_, bytes.data(), bytes.size(), flags);
  if (sent >= 0)
    return sent;
  return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

void stream::shut_down() {
  if (tls_ && tls_->session.established()) {
    tls_->session.end(tls_->unsent);
    (void)flush();
  }
  ::shutdown(fd_, SHUT_WR);
}

} // namespace rookery

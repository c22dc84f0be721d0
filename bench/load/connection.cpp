#include "bench/load/connection.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>

namespace rookery::load {

namespace {

// The pair of RFC 6455, section 1.3. A browser draws a fresh key for each
// connection; a constant one spares this client a SHA-1 and costs the server
// the same.
constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::size_t head_bytes_max = 16 * 1024;
constexpr std::string_view normal_closure = "\x03\xe8";

std::string upgrade_request(const sockaddr_in& server, const dialect& speaks) {
  std::string request = "GET " + speaks.target() + " HTTP/1.1\r\n";
  request += "Host: 127.0.0.1:" + std::to_string(ntohs(server.sin_port));
  request += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ";
  request += key;
  if (!speaks.subprotocol().empty()) {
    request += "\r\nSec-WebSocket-Protocol: ";
    request += speaks.subprotocol();
  }
  request += head_end;
  return request;
}

std::string close_text(std::string_view payload) {
  if (payload.size() < 2)
    return "the server closed";
  auto code =
      static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]);
  return "the server closed: " + std::to_string(code) + " "
         + std::string{payload.substr(2)};
}

} // namespace

connection::connection(
    surroundings& around, role plays, std::string topic, uint32_t number)
    : peer(plays, std::move(topic))
    , around_(around)
    , number_(number) {}

void connection::start(in_addr source) {
  stream_.emplace(server(), source, around_.tls);
  state_ = state::connecting;
  watches_writable_ = true;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = this;
  if (epoll_ctl(around_.epoll, EPOLL_CTL_ADD, stream_->descriptor(), &event)
      != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void connection::on_ready(uint32_t events) {
  if (state_ == state::connecting)
    on_connecting();
  if (state_ == state::securing)
    return on_securing();
  if ((events & EPOLLOUT) != 0)
    flush();
  if ((events & ~EPOLLOUT) != 0)
    on_readable();
}

void connection::on_connecting() {
  if (!stream_->connected())
    return end("the server refused the connection");
  state_ = state::securing;
}

void connection::on_securing() {
  switch (stream_->secure()) {
  case step::done:
    state_ = state::upgrading;
    unsent_ = upgrade_request(server(), *around_.speaks);
    return flush();
  case step::wants_read:
    return watch(false);
  case step::wants_write:
    return watch(true);
  case step::ended:
    return end("the TLS handshake failed");
  }
}

void connection::on_readable() {
  // Without TLS, epoll tells if there is more than one read takes.
  for (auto more = true; more && is_up();) {
    more = stream_->buffers_reads();
    auto [outcome, bytes] = stream_->read(around_.buffer);
    if (outcome == step::ended)
      return end(state_ == state::leaving ? "" : "the connection broke");
    if (outcome != step::done)
      return;
    on_bytes({around_.buffer.data(), bytes});
  }
}

void connection::on_bytes(std::string_view bytes) {
  if (unread_.empty()) {
    take(bytes);
    unread_ = bytes;
    return;
  }
  auto all = std::move(unread_);
  all += bytes;
  std::string_view left = all;
  take(left);
  unread_ = left;
}

void connection::take(std::string_view& bytes) {
  if (state_ == state::upgrading && !take_upgrade(bytes))
    return;
  frame seen;
  while (state_ != state::ended)
    switch (take_frame(bytes, seen)) {
    case parsed::frame:
      on_frame(seen);
      break;
    case parsed::incomplete:
      return;
    case parsed::malformed:
      return end("the server sent a malformed frame");
    }
}

bool connection::take_upgrade(std::string_view& bytes) {
  auto length = bytes.find(head_end);
  if (length == std::string_view::npos) {
    if (bytes.size() > head_bytes_max)
      end("the answer to the upgrade has no end");
    return false;
  }
  auto head = bytes.substr(0, length);
  bytes.remove_prefix(length + head_end.size());
  if (!head.starts_with("HTTP/1.1 101 ")
      || head.find(accepted) == std::string_view::npos) {
    end("no upgrade: " + std::string{head.substr(0, head.find('\r'))});
    return false;
  }
  state_ = state::opening;
  around_.speaks->on_upgraded(*this);
  flush();
  return true;
}

void connection::on_frame(const frame& seen) {
  switch (seen.kind) {
  case opcode::ping:
    append_frame(unsent_, opcode::pong, seen.payload);
    return flush();
  case opcode::pong:
    return;
  case opcode::close:
    if (state_ == state::leaving)
      return end("");
    return end(close_text(seen.payload));
  default:
    return on_message(seen);
  }
}

void connection::on_message(const frame& seen) {
  if (state_ == state::leaving)
    return;
  auto whole = seen.last && seen.kind != opcode::continuation;
  if (!whole)
    fragments_ += seen.payload;
  if (!seen.last)
    return;
  around_.speaks->on_message(*this, whole ? seen.payload : fragments_);
  fragments_.clear();
  if (!unsent_.empty())
    flush();
}

void connection::publish(const std::string& payload) {
  send(around_.speaks->publish(topic(), payload));
}

void connection::publish_for_receipt(const std::string& payload, uint32_t id) {
  send(around_.speaks->publish_for_receipt(topic(), payload, id));
}

void connection::subscribe() {
  send(around_.speaks->subscribe(*this));
  flush();
}

void connection::flush() {
  std::size_t sent = 0;
  auto outcome = step::done;
  while (outcome == step::done && sent < unsent_.size()
         && state_ != state::ended) {
    auto result = stream_->write(std::string_view{unsent_}.substr(sent));
    outcome = result.outcome;
    sent += result.bytes;
  }
  unsent_.erase(0, sent);
  if (outcome == step::ended)
    return end(state_ == state::leaving ? "" : "the connection broke");
  if (state_ != state::ended)
    watch(outcome == step::wants_write);
}

void connection::leave() {
  append_frame(unsent_, opcode::close, normal_closure);
  state_ = state::leaving;
  flush();
}

void connection::drop() {
  state_ = state::leaving;
  stream_->shut();
}

void connection::send(std::string_view message) {
  append_frame(unsent_, around_.speaks->carrier(), message);
}

void connection::opened() {
  if (state_ != state::opening)
    return;
  state_ = state::open;
  around_.watch->on_open(*this);
}

void connection::received(std::string_view message) {
  around_.watch->on_published(*this, message);
}

void connection::receipt(uint32_t id, uint64_t offset) {
  around_.watch->on_receipt(*this, id, offset);
}

void connection::live() {
  around_.watch->on_live(*this);
}

void connection::refused(std::string_view why) {
  end("the server refused: " + std::string{why});
}

void connection::watch(bool writable) {
  if (writable == watches_writable_)
    return;
  watches_writable_ = writable;
  epoll_event event{};
  event.events = EPOLLIN;
  if (writable)
    event.events |= EPOLLOUT;
  event.data.ptr = this;
  epoll_ctl(around_.epoll, EPOLL_CTL_MOD, stream_->descriptor(), &event);
}

void connection::end(std::string_view why) {
  if (state_ == state::ended)
    return;
  state_ = state::ended;
  stream_.reset();
  around_.watch->on_end(*this, why);
}

} // namespace rookery::load

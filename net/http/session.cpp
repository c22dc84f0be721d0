#include "net/http/session.hpp"

#include "base/log.hpp"
#include "net/cpu_time.hpp"
#include "net/ws/handshake.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <sys/epoll.h>
#include <utility> // Boost 1.74 forgets it for C++20

namespace rookery {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

/// Who may not come in has so long to ask, and who failed to go.
constexpr std::chrono::milliseconds refused_timeout{2000};

/// A record of a TLS handshake (RFC 8446, section 5.1).
bool begins_like_tls(std::string_view bytes) {
  return bytes.starts_with("\x16\x03");
}

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

unsigned status_of(error_code error) {
  if (error == http::error::header_limit)
    return 431;
  if (error == http::error::body_limit)
    return 413;
  return 400;
}

} // namespace

struct http_session::exchange final : http_request {
  exchange(const http_settings& settings, const std::string& remote)
      : address(remote) {
    parser.header_limit(static_cast<uint32_t>(settings.header_bytes_max));
    parser.body_limit(settings.body_bytes_max);
    parser.eager(true);
  }

  std::string_view method() const override {
    return view(parser.get().method_string());
  }
  std::string_view target() const override {
    return view(parser.get().target());
  }
  std::string_view header(std::string_view name) const override {
    return view(
        parser.get()[boost::beast::string_view{name.data(), name.size()}]);
  }
  std::string_view body() const override { return parser.get().body(); }
  const std::string& remote_address() const override { return address; }

  const std::string& address;
  http::request_parser<http::string_body> parser;
};

http_session::http_session(
    io_thread& home, const http_settings& settings, http_app& app,
    stream&& socket, std::string remote_address)
    : home_(home)
    , settings_(settings)
    , app_(app)
    , socket_(std::move(socket))
    , remote_address_(std::move(remote_address)) {}

http_session::~http_session() = default;

void http_session::start(refusal why) {
  refused_ = why;
  exchange_ = std::make_unique<exchange>(settings_, remote_address_);
  home_.loop().door().watch(socket_.descriptor(), EPOLLIN | EPOLLRDHUP, *this);
  home_.loop().timers().arm(
      *this, home_.loop().now(),
      why == refusal::none ? settings_.request_timeout : last_timeout());
  home_.keep(shared_from_this());
}

std::chrono::milliseconds http_session::last_timeout() const {
  return std::min(settings_.request_timeout, refused_timeout);
}

void http_session::on_events(uint32_t events) {
  if (phase_ == phase::ended)
    return;
  if (!settings_.door) // nobody wants to know what its clients cost
    return handle(events);
  const auto before = thread_cpu_ns();
  handle(events);
  cpu_ns_ += thread_cpu_ns() - before;
  if (!upgraded_)
    return;
  home_.counters().accept_upgrades.add();
  home_.counters().accept_cpu_ns.add(cpu_ns_);
}

void http_session::handle(uint32_t events) {
  if (events & (EPOLLERR | EPOLLHUP))
    return finish();
  if (events & EPOLLOUT)
    return write();
  // The next request waits in the kernel. So does the end of the stream: who
  // has said all (`nc -N`) still reads.
  if (phase_ == phase::answering || phase_ == phase::writing)
    return watch_for(phase_ == phase::writing ? uint32_t{EPOLLOUT} : 0);
  read();
}

void http_session::watch_for(uint32_t events) {
  home_.loop().door().rewatch(socket_.descriptor(), events, *this);
}

void http_session::count_handshake(read_status status) {
  if (handshake_over_ || !socket_.encrypted())
    return;
  auto& counters = home_.counters();
  if (socket_.established())
    (socket_.resumed() ? counters.tls_resumed : counters.tls_full).add();
  else if (status != read_status::again)
    counters.tls_failed.add();
  else
    return;
  handshake_over_ = true;
}

void http_session::read() {
  const auto got = socket_.read(home_.read_buffer());
  count_handshake(got.status);
  switch (got.status) {
  case read_status::again:
    break;
  case read_status::closed:
  case read_status::failed:
    return finish();
  case read_status::broken:
    return give_up_tls();
  case read_status::not_tls:
    return refuse_plain_text();
  case read_status::data:
    home_.counters().bytes_in.add(got.bytes.size());
    if (phase_ == phase::reading)
      receive({got.bytes.data(), got.bytes.size()});
    if (phase_ == phase::reading && got.last)
      return finish();
  }
  if (phase_ == phase::ended || socket_.unsent_bytes() == 0)
    return;
  if (!socket_.flush()) // bytes of a handshake
    return finish();
  if (socket_.blocked())
    watch_for(EPOLLIN | EPOLLRDHUP | EPOLLOUT);
}

void http_session::receive(std::string_view bytes) {
  if (refused_ != refusal::none)
    return refuse_entry(refused_);
  if (!socket_.encrypted() && begins_like_tls(bytes)
      && !exchange_->parser.got_some()) {
    log::debug("http.tls_on_plain_port", {{"address", remote_address_}});
    return finish();
  }
  take(bytes);
}

/// The alert is sent; a reset caused by unread bytes would overtake it.
void http_session::give_up_tls() {
  log::debug(
      "tls.failed",
      {{"address", remote_address_}, {"why", tls_stream::failure()}});
  socket_.give_up_tls();
  socket_.shut_down();
  phase_ = phase::draining;
  home_.loop().timers().arm(*this, home_.loop().now(), last_timeout());
}

void http_session::refuse_plain_text() {
  log::debug("tls.plain_text", {{"address", remote_address_}});
  socket_.give_up_tls();
  if (refused_ != refusal::none)
    return refuse_entry(refused_);
  refuse_request(400, "this port speaks HTTPS: use https:// or wss://");
}

void http_session::take(std::string_view bytes) {
  if (!early_.empty()) {
    early_.append(bytes);
    bytes = early_;
  }
  error_code error;
  auto& parser = exchange_->parser;
  std::size_t used = 0;
  while (used < bytes.size() && !parser.is_done() && !error)
    used += parser.put(
        boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
  std::string rest{bytes.substr(used)};
  early_ = std::move(rest);
  if (error == http::error::need_more) {
    if (early_.size() > settings_.header_bytes_max)
      refuse_request(431, "header too large");
    return;
  }
  if (error)
    return refuse_request(status_of(error), error.message());
  if (parser.is_done())
    on_request();
}

void http_session::on_request() {
  const auto& request = exchange_->parser.get();
  if (!settings_.websocket_path.empty()
      && exchange_->path() == settings_.websocket_path)
    return upgrade();
  home_.counters().http_requests.add();
  phase_ = phase::answering;
  const bool last = !request.keep_alive() || request.version() < 11;
  std::weak_ptr<http_session> weak = weak_from_this();
  auto* home = &home_;
  app_.serve(*exchange_, [weak, home, last](http_response answer) {
    home->loop().post([weak, last, answer = std::move(answer)] {
      const auto session = weak.lock();
      if (session && session->phase_ == phase::answering)
        session->respond(answer, last);
    });
  });
}

/// Behind a trusted proxy the client's address stands in the request. False:
/// that address may not come in, and has been told.
bool http_session::know_client() {
  if (!settings_.door)
    return true;
  std::string forwarded; // each proxy may have added a line of its own
  const auto lines = exchange_->parser.get().equal_range("X-Forwarded-For");
  for (auto line = lines.first; line != lines.second; ++line)
    forwarded.append(forwarded.empty() ? "" : ",").append(view(line->value()));
  std::string client{
      settings_.door->client_address(remote_address_, forwarded)};
  const auto refused = settings_.door->forwarded(client, socket_.pass());
  remote_address_ = std::move(client);
  if (refused == refusal::none)
    return true;
  home_.counters().count_refusal(refused);
  refuse_entry(refused);
  return false;
}

void http_session::upgrade() {
  const auto& request = exchange_->parser.get();
  const auto agreed = ws::accept_upgrade(
      request.base(), {settings_.protocols, settings_.deflate});
  if (!agreed) {
    http_response answer;
    answer.status = static_cast<unsigned>(agreed.error().status);
    answer.body = std::string{agreed.error().text} + "\n";
    for (const auto& [field, value] : agreed.error().headers)
      answer.headers.emplace_back(view(http::to_string(field)), value);
    return respond(std::move(answer), true);
  }
  if (!know_client())
    return;
  http_response answer;
  answer.status = 403;
  auto admitted = app_.admit(*exchange_, answer);
  if (!admitted)
    return respond(std::move(answer), true);
  link_terms terms;
  terms.msgpack = agreed->protocol == "rookery.v1.msgpack";
  if (agreed->deflate) {
    terms.deflate = true;
    terms.window_bits =
        static_cast<uint8_t>(agreed->deflate->server_window_bits);
  }
  home_.loop().timers().disarm(*this);
  home_.loop().door().unwatch(socket_.descriptor(), *this);
  phase_ = phase::ended;
  upgraded_ = true;
  defer();
  app_.adopt(
      home_, {std::move(socket_), terms, std::move(early_), agreed->response,
              std::move(admitted)});
}

void http_session::refuse_request(unsigned status, std::string_view why) {
  respond(
      {status, "text/plain; charset=utf-8", std::string{why} + "\n", {}}, true);
}

/// RFC 6585, section 4; RFC 9110, section 15.6.4.
void http_session::refuse_entry(refusal why) {
  http_response answer;
  answer.status = facts(why).status;
  answer.body = std::string{facts(why).text} + "\n";
  answer.headers.emplace_back(
      "Retry-After", std::to_string(settings_.door->retry_after_s(why)));
  respond(std::move(answer), true);
}

void http_session::respond(http_response answer, bool last) {
  phase_ = phase::writing;
  last_ = last;
  const auto& request = exchange_->parser.get();
  http::response<http::string_body> response{
      static_cast<http::status>(answer.status), 11};
  response.set(http::field::server, "rookery");
  if (!answer.content_type.empty())
    response.set(http::field::content_type, answer.content_type);
  for (const auto& [name, value] : answer.headers)
    response.set(name, value);
  if (last)
    response.set(
        http::field::connection,
        response[http::field::connection].empty()
            ? std::string{"close"}
            : std::string{response[http::field::connection]} + ", close");
  response.body() = std::move(answer.body);
  response.prepare_payload();
  if (request.method() == http::verb::head)
    response.body().clear(); // the length stays (RFC 9110, section 9.3.2)
  http::response_serializer<http::string_body> serializer{response};
  error_code error;
  while (!serializer.is_done() && !error)
    serializer.next(error, [&](error_code&, const auto& buffers) {
      unsent_ += boost::beast::buffers_to_string(buffers);
      serializer.consume(boost::beast::buffer_bytes(buffers));
    });
  write();
}

void http_session::write() {
  if (!socket_.flush())
    return finish();
  if (!unsent_.empty()) {
    const auto sent = socket_.write(unsent_);
    if (sent < 0)
      return finish();
    home_.counters().bytes_out.add(static_cast<uint64_t>(sent));
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
  if (!unsent_.empty() || socket_.blocked())
    return watch_for(EPOLLOUT);
  watch_for(EPOLLIN | EPOLLRDHUP);
  if (phase_ != phase::writing)
    return; // those were bytes of a handshake
  if (!last_)
    return next_request();
  // A reset caused by unread bytes would overtake the answer.
  socket_.shut_down();
  phase_ = phase::draining;
}

void http_session::next_request() {
  phase_ = phase::reading;
  exchange_ = std::make_unique<exchange>(settings_, remote_address_);
  home_.loop().timers().arm(
      *this, home_.loop().now(), settings_.request_timeout);
  if (!early_.empty())
    defer();
}

void http_session::defer() {
  if (!std::exchange(deferred_, true))
    home_.at_batch_end(*this);
}

void http_session::on_batch_end() {
  deferred_ = false;
  if (phase_ == phase::ended)
    home_.let_go(this);
  else if (phase_ == phase::reading && !early_.empty())
    take({});
}

void http_session::finish() {
  if (phase_ == phase::ended)
    return;
  phase_ = phase::ended;
  home_.loop().timers().disarm(*this);
  home_.loop().door().unwatch(socket_.descriptor(), *this);
  socket_.close();
  defer();
}

} // namespace rookery

#include "net/http/session.hpp"

#include "base/log.hpp"
#include "net/ws/handshake.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http.hpp>

#include <sys/epoll.h>
#include <utility> // Boost 1.74 forgets it for C++20

namespace rookery {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

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

void http_session::start() {
  exchange_ = std::make_unique<exchange>(settings_, remote_address_);
  home_.loop().watch(socket_.descriptor(), EPOLLIN | EPOLLRDHUP, *this);
  home_.loop().timers().arm(
      *this, home_.loop().now(), settings_.request_timeout);
  home_.keep(shared_from_this());
}

void http_session::on_events(uint32_t events) {
  if (phase_ == phase::ended)
    return;
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
  home_.loop().rewatch(socket_.descriptor(), events, *this);
}

void http_session::read() {
  const auto got = socket_.read(home_.read_buffer());
  if (socket_.blocked()) // bytes of a handshake
    watch_for(EPOLLIN | EPOLLRDHUP | EPOLLOUT);
  switch (got.status) {
  case read_status::again:
    return;
  case read_status::closed:
  case read_status::failed:
    return finish();
  case read_status::data:
    home_.counters().bytes_in.add(got.bytes.size());
    if (phase_ == phase::reading)
      take({got.bytes.data(), got.bytes.size()});
  }
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
  http_response refusal;
  refusal.status = 403;
  auto admitted = app_.admit(*exchange_, refusal);
  if (!admitted)
    return respond(std::move(refusal), true);
  const auto& response = agreed->response;
  if (socket_.write(response) != static_cast<long>(response.size()))
    return finish(); // a new socket's buffer holds more than this
  link_terms terms;
  terms.msgpack = agreed->protocol == "rookery.v1.msgpack";
  if (agreed->deflate) {
    terms.deflate = true;
    terms.window_bits =
        static_cast<uint8_t>(agreed->deflate->server_window_bits);
  }
  home_.loop().timers().disarm(*this);
  home_.loop().unwatch(socket_.descriptor(), *this);
  phase_ = phase::ended;
  defer();
  app_.adopt(
      home_,
      {std::move(socket_), terms, std::move(early_), std::move(admitted)});
}

void http_session::refuse_request(unsigned status, std::string_view why) {
  respond(
      {status, "text/plain; charset=utf-8", std::string{why} + "\n", {}}, true);
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
  home_.loop().unwatch(socket_.descriptor(), *this);
  socket_.close();
  defer();
}

} // namespace rookery

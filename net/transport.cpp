#include "net/transport.hpp"

#include "base/check.hpp"
#include "base/log.hpp"
#include "net/ws/close_payload.hpp"

#include <cerrno>
#include <exception>
#include <sys/epoll.h>

namespace rookery {

namespace {

constexpr uint32_t readable = EPOLLIN | EPOLLRDHUP;
/// Unsent control frames of one client before reading pauses.
constexpr uint32_t control_frames_max = 32;

} // namespace

transport::transport(
    io_thread& home, const transport_settings& settings, link_owner& owner,
    stream&& socket, const link_terms& terms)
    : home_(home)
    , settings_(settings)
    , owner_(owner)
    , socket_(std::move(socket))
    , parser_(terms.deflate)
    , credit_(settings.credit)
    , terms_(terms) {}

transport::~transport() {
  ROOKERY_CHECK(!deferred_, "a transport is destroyed from on_closed only");
  if (state_ != link_state::closed && socket_.descriptor() >= 0)
    home_.loop().unwatch(socket_.descriptor(), *this);
  home_.out().unmark(*this);
}

/// An owner that throws loses its own connection, not the loop's batch.
template <class Call>
void transport::tell_owner(Call&& call) noexcept {
  try {
    call();
  } catch (const std::exception& error) {
    log::error("connection.owner_threw", {{"error", error.what()}});
    close(close_code::server_error);
  }
}

void transport::start(std::string_view early) {
  watched_ = socket_.blocked() ? readable | EPOLLOUT : readable;
  blocked_ = socket_.blocked();
  home_.loop().watch(socket_.descriptor(), watched_, *this);
  state_ = link_state::open;
  home_.counters().upgraded.add();
  home_.counters().open.add();
  home_.loop().timers().arm(*this, home_.loop().now(), settings_.ping_interval);
  if (early.empty())
    return;
  held_ = std::make_unique<std::string>(early);
  defer();
}

// -- sending ------------------------------------------------------------------

send_result transport::push(const frame& one) {
  const auto result = push_held(one);
  if (result == send_result::queued && !blocked_)
    home_.out().mark(*this);
  return result;
}

send_result transport::push_held(const frame& one) {
  if (state_ != link_state::open)
    return send_result::not_open;
  if (outbox_.push(one, settings_.outbox) == push_result::full)
    return send_result::full;
  return send_result::queued;
}

void transport::wake() {
  if (state_ != link_state::closed && !blocked_ && !outbox_.empty())
    home_.out().mark(*this);
}

send_result transport::answer(std::string_view payload) {
  return send(terms_.msgpack ? ws::opcode::binary : ws::opcode::text, payload);
}

send_result transport::send(ws::opcode kind, std::string_view payload) {
  if (state_ != link_state::open)
    return send_result::not_open;
  if (terms_.deflate && payload.size() >= settings_.compress_bytes_min)
    outbox_.push_answer(ws::make_compressed_frame(
        kind, payload, home_.deflaters().with(terms_.window_bits)));
  else
    outbox_.push_answer(ws::make_frame(kind, payload));
  wake();
  return send_result::queued;
}

frame_form transport::form() const {
  // Compressed frames are shared by those with the full window.
  const bool shared = terms_.deflate && terms_.window_bits == 15;
  if (terms_.msgpack)
    return shared ? frame_form::msgpack_deflate : frame_form::msgpack;
  return shared ? frame_form::json_deflate : frame_form::json;
}

outbox* transport::frames_to_send() {
  if (state_ == link_state::closed || blocked_)
    return nullptr;
  if (!socket_.encrypted())
    return &outbox_;
  const auto before = outbox_.messages();
  const auto sent = socket_.write_frames(outbox_);
  home_.counters().frames_out.add(before - outbox_.messages());
  on_sent(sent);
  return nullptr;
}

void transport::on_sent(long bytes) {
  if (bytes == -EAGAIN || bytes == -EINTR)
    bytes = 0; // and frames are left: wait until the socket has room
  if (bytes < 0)
    return finish(close_code::abnormal);
  if (bytes > 0) {
    home_.counters().bytes_out.add(static_cast<uint64_t>(bytes));
    home_.counters().sends.add();
    if (!socket_.encrypted()) {
      const auto before = outbox_.messages();
      outbox_.consume(static_cast<std::size_t>(bytes));
      home_.counters().frames_out.add(before - outbox_.messages());
    }
  }
  if (bytes > 0 && !outbox_.empty() && !socket_.blocked())
    home_.out().mark(*this); // more than one call can carry
  else
    after_write();
}

void transport::after_write() {
  if (!all_sent()) {
    blocked_ = true;
    watch_for(watched_ | EPOLLOUT);
  } else if (state_ == link_state::closing && !fin_sent_ && close_received_) {
    shut_down();
  }
  resume_reading();
}

// -- receiving ----------------------------------------------------------------

bool transport::may_read() const noexcept {
  if (state_ != link_state::open)
    return !end_seen_; // to see the close frame, or the end
  const auto unsent = outbox_.bytes() + socket_.unsent_bytes();
  return credit_ > 0 && outbox_.control_frames() < control_frames_max
         && unsent <= settings_.outbox.bytes_max / 2
         && outbox_.messages() <= settings_.outbox.messages_max / 2;
}

/// To be asked whenever `may_read` can have become true. Not only when all is
/// sent: a busy topic's outbox may never be empty.
void transport::resume_reading() {
  if ((held_ || !(watched_ & EPOLLIN)) && may_read())
    defer();
}

void transport::watch_for(uint32_t events) {
  if (events == watched_)
    return;
  watched_ = events;
  home_.loop().rewatch(socket_.descriptor(), events, *this);
}

void transport::on_events(uint32_t events) {
  if (state_ == link_state::closed)
    return;
  if (events & EPOLLERR)
    return finish(close_code::abnormal);
  if (events & EPOLLOUT) {
    alive_ = true; // the peer took some of what the socket was full of
    blocked_ = false;
    watch_for(watched_ & ~static_cast<uint32_t>(EPOLLOUT));
    if (!socket_.flush())
      return finish(close_code::abnormal);
    if (outbox_.empty())
      after_write();
    else
      home_.out().mark(*this);
  }
  if (state_ == link_state::closed)
    return;
  if (events & (readable | EPOLLHUP)) {
    if (held_ || !may_read()) {
      // Paused, and the batch that could have changed it is over.
      if (events & EPOLLHUP)
        return finish(close_code::abnormal);
      return watch_for(watched_ & ~readable);
    }
    read();
  }
}

void transport::read() {
  const auto got = socket_.read(home_.read_buffer());
  if (got.status == read_status::failed)
    return finish(close_code::abnormal);
  if (got.status == read_status::closed)
    return at_end_of_stream();
  if (socket_.blocked() && !blocked_)
    after_write(); // an alert's bytes, say
  if (got.status == read_status::again)
    return;
  alive_ = true;
  home_.counters().bytes_in.add(got.bytes.size());
  if (fin_sent_ || close_received_)
    return; // nothing that still comes counts
  parse(got.bytes);
}

void transport::at_end_of_stream() {
  if (!close_received_ || all_sent())
    return finish(close_code::abnormal);
  // It closed properly and still reads: it gets what is queued.
  end_seen_ = true;
  watch_for(watched_ & ~readable);
}

void transport::parse(std::span<char> bytes) {
  parsing_ = true;
  ws::parse_result result;
  try {
    result = parser_.feed(bytes, *this, home_.parsing());
  } catch (const std::exception& error) {
    // Out of memory in the middle of a message: this one ends, others go on.
    log::error("connection.parse_threw", {{"error", error.what()}});
    result = {ws::parse_state::stopped, bytes.size(), {}};
    close(close_code::server_error);
  }
  parsing_ = false;
  if (result.broken)
    return fail(result.broken);
  if (result.state != ws::parse_state::stopped
      || result.consumed == bytes.size() || close_received_)
    return;
  home_.counters().reading_paused.add();
  const auto rest = bytes.subspan(result.consumed);
  held_ = std::make_unique<std::string>(rest.data(), rest.size());
  if (may_read())
    defer(); // an answer that came at once gave the credit back
}

bool transport::on_message(ws::opcode kind, std::string_view payload) {
  if (state_ != link_state::open)
    return true; // the client may not have seen our close frame yet
  home_.counters().messages_in.add();
  --credit_;
  tell_owner([&] { owner_.on_message(payload, kind == ws::opcode::binary); });
  return may_read();
}

bool transport::on_ping(std::string_view payload) {
  if (state_ == link_state::open) {
    outbox_.push_control(ws::make_frame(ws::opcode::pong, payload));
    wake();
  }
  return may_read();
}

bool transport::on_pong(std::string_view) {
  return may_read(); // `alive_` is set already
}

void transport::grant(uint32_t messages) {
  credit_ += messages;
  if (!parsing_ && state_ == link_state::open)
    resume_reading();
}

void transport::defer() {
  if (deferred_)
    return;
  deferred_ = true;
  home_.at_batch_end(*this);
}

void transport::on_batch_end() {
  deferred_ = false;
  if (state_ == link_state::closed)
    return owner_.on_closed();
  if (!may_read())
    return;
  if (const auto bytes = std::move(held_))
    parse({bytes->data(), bytes->size()});
  if (!held_ && state_ != link_state::closed)
    watch_for(watched_ | readable);
}

// -- the end ------------------------------------------------------------------

void transport::close(close_code code) {
  if (state_ != link_state::open)
    return;
  begin_closing(code, name(code));
}

/// Leaves OPEN: the close frame goes behind all that is queued.
void transport::begin_closing(close_code code, std::string_view reason) {
  ROOKERY_CHECK(
      may_move(state_, link_state::closing), "a connection closes once");
  state_ = link_state::closing;
  outbox_.push_answer(ws::make_close_frame(code, reason));
  wake();
  waiting_ = wait::close_frame;
  home_.loop().timers().arm(*this, home_.loop().now(), settings_.close_timeout);
  home_.counters().open.subtract();
  home_.counters().count_close(code);
  tell_owner([&] { owner_.on_closing(code); });
  held_.reset();
  if (!parsing_)
    watch_for(watched_ | readable);
  else
    defer(); // reading may have to be switched on again
}

void transport::on_close(close_code code, std::string_view) {
  close_received_ = true;
  if (state_ == link_state::open) {
    // RFC 6455, section 5.5.1: the same code goes back.
    begin_closing(code, {});
  } else if (state_ == link_state::closing && all_sent()) {
    shut_down();
  }
}

void transport::fail(const ws::violation& why) {
  close_received_ = true; // RFC 6455, section 7.1.7: do not wait for it
  log::debug("connection.broken", {{"why", why.text}});
  if (state_ == link_state::open)
    begin_closing(why.code, name(why.code));
  else if (all_sent() && !fin_sent_)
    shut_down();
}

void transport::shut_down() {
  fin_sent_ = true;
  socket_.shut_down();
  waiting_ = wait::end_of_stream;
  home_.loop().timers().arm(*this, home_.loop().now(), settings_.close_timeout);
}

void transport::finish(close_code code) {
  if (state_ == link_state::closed)
    return;
  const bool was_open = state_ == link_state::open;
  state_ = link_state::closed;
  home_.loop().timers().disarm(*this);
  home_.loop().unwatch(socket_.descriptor(), *this);
  home_.out().unmark(*this);
  socket_.close();
  held_.reset();
  if (was_open) {
    home_.counters().open.subtract();
    home_.counters().count_close(code);
    tell_owner([&] { owner_.on_closing(code); });
  }
  defer();
}

void transport::on_timer() noexcept {
  auto& timers = home_.loop().timers();
  const auto now = home_.loop().now();
  switch (waiting_) {
  case wait::ping_due:
    outbox_.push_control(ws::make_frame(ws::opcode::ping, {}));
    wake();
    alive_ = false;
    waiting_ = wait::pong;
    return timers.arm(*this, now, settings_.pong_timeout);
  case wait::pong:
    // A client that waits for our credit cannot be blamed for silence.
    if (alive_ || credit_ == 0) {
      waiting_ = wait::ping_due;
      return timers.arm(
          *this, now, settings_.ping_interval - settings_.pong_timeout);
    }
    return close(close_code::no_pong);
  case wait::close_frame:
  case wait::end_of_stream:
    return finish(close_code::abnormal);
  }
}

} // namespace rookery

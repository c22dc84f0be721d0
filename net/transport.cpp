#include "net/transport.hpp"

#include "base/check.hpp"
#include "base/log.hpp"
#include "net/ws/close_payload.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <utility>

namespace rookery {

namespace {

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
    , terms_(terms) {
  if (settings.inflow.any())
    pacing_ = std::make_unique<pacing>(*this);
}

transport::~transport() {
  ROOKERY_CHECK(!deferred_, "a transport is destroyed from on_closed only");
  if (!life_.is(link_state::closed) && socket_.descriptor() >= 0)
    home_.loop().sockets().unwatch(socket_.descriptor(), *this);
  home_.out().unmark(*this);
}

void transport::start(std::string_view early, std::string_view answer) {
  if (!answer.empty())
    outbox_.push_answer(frame::join(answer, 0)); // no message of ours
  blocked_ = socket_.blocked();
  watched_ = blocked_ ? readable | EPOLLOUT : readable;
  home_.loop().sockets().watch(socket_.descriptor(), watched_, *this);
  life_.move_to(link_state::open);
  home_.counters().upgraded.add();
  home_.counters().open.add();
  ping_after(settings_.ping_interval);
  wake();
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
  if (!life_.is(link_state::open))
    return send_result::not_open;
  if (outbox_.push(one, settings_.outbox) == push_result::full)
    return send_result::full;
  events_out_ += one.messages();
  return send_result::queued;
}

send_result transport::push_over_oldest(const frame& one, uint32_t& dropped) {
  if (!life_.is(link_state::open))
    return send_result::not_open;
  const auto result = outbox_.push_over_oldest(one, settings_.outbox, dropped);
  if (result == push_result::full)
    return send_result::full;
  events_out_ += one.messages();
  wake();
  return send_result::queued;
}

void transport::wake() {
  if (!life_.is(link_state::closed) && !blocked_ && !outbox_.empty())
    home_.out().mark(*this);
}

bool transport::has_room() const {
  return !blocked_ && outbox_.messages() <= settings_.outbox.messages_max / 4
         && outbox_.bytes() <= settings_.outbox.bytes_max / 4;
}

void transport::await_room() {
  owner_waits_ = true;
  if (has_room())
    defer();
}

send_result transport::answer(std::string_view payload) {
  return send(terms_.msgpack ? ws::opcode::binary : ws::opcode::text, payload);
}

send_result transport::send(ws::opcode kind, std::string_view payload) {
  if (!life_.is(link_state::open))
    return send_result::not_open;
  if (terms_.deflate && payload.size() >= settings_.compress_bytes_min)
    outbox_.push_answer(ws::make_compressed_frame(
        kind, payload, home_.deflaters().with(terms_.window_bits)));
  else
    outbox_.push_answer(ws::make_frame(kind, payload));
  ++events_out_;
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

link_traffic transport::traffic() const {
  link_traffic seen;
  seen.messages_in = messages_in_;
  seen.events_out = events_out_;
  seen.outbox_messages = outbox_.messages();
  seen.outbox_bytes = outbox_.bytes() + socket_.unsent_bytes();
  seen.blocked = blocked_;
  return seen;
}

/// What lies in the kernel's buffer is not yet with the client: ioctl SIOCOUTQ,
/// tcp(7).
link_progress transport::progress() const {
  int waiting = 0;
  if (::ioctl(socket_.descriptor(), SIOCOUTQ, &waiting) < 0 || waiting < 0)
    waiting = 0;
  return {blocked_, bytes_out_ - std::min<uint64_t>(bytes_out_, waiting)};
}

outbox* transport::frames_to_send() {
  if (life_.is(link_state::closed) || blocked_)
    return nullptr;
  if (!socket_.encrypted())
    return &outbox_;
  const auto before = outbox_.messages();
  const bool last =
      life_.is(link_state::closing) && close_received_ && !fin_sent_;
  const auto sent = socket_.write_frames(outbox_, last);
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
    bytes_out_ += static_cast<uint64_t>(bytes);
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
    const bool was_blocked = blocked_;
    blocked_ = true;
    watch_for(watched_ | EPOLLOUT);
    if (!was_blocked && life_.is(link_state::open))
      owner_.on_blocked();
  } else if (life_.is(link_state::closing) && !fin_sent_ && close_received_) {
    shut_down();
  }
  if (owner_waits_ && has_room())
    defer();
  resume_reading();
}

// -- receiving ----------------------------------------------------------------

bool transport::may_read() const noexcept {
  if (!life_.is(link_state::open))
    return !end_seen_; // to see the close frame, or the end
  const auto unsent = outbox_.bytes() + socket_.unsent_bytes();
  return credit_ > 0 && !pause().count()
         && outbox_.control_frames() < control_frames_max
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
  home_.loop().sockets().rewatch(socket_.descriptor(), events, *this);
}

void transport::on_events(uint32_t events) {
  if (life_.is(link_state::closed))
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
  if (life_.is(link_state::closed))
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
  if (got.status == read_status::failed || got.status == read_status::broken)
    return finish(close_code::abnormal);
  if (got.status == read_status::closed)
    return at_end_of_stream();
  if (socket_.unsent_bytes() > 0 && !blocked_)
    home_.out().mark(*this); // TLS has to answer something
  if (got.status == read_status::again)
    return;
  alive_ = true;
  home_.counters().bytes_in.add(got.bytes.size());
  if (pacing_)
    pacing_->meter.bytes(
        home_.loop().now(), settings_.inflow, got.bytes.size());
  if (fin_sent_ || close_received_)
    return; // nothing that still comes counts
  parse(got.bytes);
  if (got.last && !life_.is(link_state::closed))
    at_end_of_stream();
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
  pace();
  if (result.state != ws::parse_state::stopped
      || result.consumed == bytes.size() || close_received_)
    return;
  home_.counters().reading_paused.add();
  const auto rest = bytes.subspan(result.consumed);
  held_ = std::make_unique<std::string>(rest.data(), rest.size());
  if (may_read())
    defer(); // an answer that came at once gave the credit back
}

/// How long the client has to wait until it may send more.
std::chrono::milliseconds transport::pause() const noexcept {
  return pacing_ ? pacing_->meter.pause(home_.loop().now(), settings_.inflow)
                 : std::chrono::milliseconds{0};
}

/// Sees to it that reading goes on after a pause, or never.
void transport::pace() {
  const auto rest = pause();
  if (rest.count() == 0 || !life_.is(link_state::open))
    return;
  const auto now = home_.loop().now();
  if (pacing_->meter.floods(now, settings_.inflow))
    return close(close_code::flood);
  home_.loop().timers().arm(*pacing_, now, rest);
}

bool transport::on_message(ws::opcode kind, std::string_view payload) {
  if (!life_.is(link_state::open))
    return true; // the client may not have seen our close frame yet
  home_.counters().messages_in.add();
  ++messages_in_;
  --credit_;
  if (pacing_)
    pacing_->meter.message(home_.loop().now(), settings_.inflow);
  tell_owner([&] { owner_.on_message(payload, kind == ws::opcode::binary); });
  return may_read();
}

bool transport::on_ping(std::string_view payload) {
  if (life_.is(link_state::open)) {
    outbox_.push_control(ws::make_frame(ws::opcode::pong, payload));
    wake();
  }
  return may_read();
}

bool transport::on_pong(std::string_view) {
  // `alive_` is set already: looking again later would only cost.
  if (waiting_ == wait::pong)
    ping_after(settings_.ping_interval);
  return may_read();
}

void transport::grant(uint32_t messages) {
  credit_ += messages;
  if (!parsing_ && life_.is(link_state::open))
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
  if (life_.is(link_state::closed))
    return owner_.on_closed();
  if (owner_waits_ && has_room()) {
    owner_waits_ = false;
    tell_owner([this] { owner_.on_room(); });
  }
  if (!may_read())
    return;
  if (const auto bytes = std::move(held_))
    parse({bytes->data(), bytes->size()});
  if (!held_ && !life_.is(link_state::closed))
    watch_for(watched_ | readable);
}

} // namespace rookery

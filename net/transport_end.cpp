#include "net/transport.hpp"
#include "net/ws/close_payload.hpp"

// How a transport ends, see net/transport.hpp.

#include <algorithm>

namespace rookery {

namespace {

/// Pings of one thread go together, which saves wake-ups here and there. Longer
/// would make others wait for a crowd of sends.
constexpr std::chrono::milliseconds ping_grid{500};

} // namespace

void transport::close(close_code code) {
  if (!life_.is(link_state::open))
    return;
  begin_closing(code, name(code), settings_.close_timeout);
}

void transport::cut(close_code code, std::string_view reason) {
  if (!life_.is(link_state::open))
    return;
  outbox_.drop_waiting();
  begin_closing(code, reason, settings_.linger);
}

/// Leaves OPEN: the close frame goes behind all that is queued.
void transport::begin_closing(
    close_code code, std::string_view reason,
    std::chrono::milliseconds patience) {
  life_.move_to(link_state::closing);
  outbox_.push_answer(ws::make_close_frame(code, reason));
  wake();
  waiting_ = wait::close_frame;
  home_.loop().timers().arm(*this, home_.loop().now(), patience);
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
  if (life_.is(link_state::open)) {
    // RFC 6455, section 5.5.1: the same code goes back.
    begin_closing(code, {}, settings_.close_timeout);
  } else if (life_.is(link_state::closing) && all_sent()) {
    shut_down();
  }
}

void transport::fail(const ws::violation& why) {
  close_received_ = true; // RFC 6455, section 7.1.7: do not wait for it
  log::debug("connection.broken", {{"why", why.text}});
  if (life_.is(link_state::open))
    begin_closing(why.code, name(why.code), settings_.close_timeout);
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
  if (life_.is(link_state::closed))
    return;
  const bool was_open = life_.is(link_state::open);
  life_.move_to(link_state::closed);
  home_.loop().timers().disarm(*this);
  home_.loop().sockets().unwatch(socket_.descriptor(), *this);
  home_.out().unmark(*this);
  socket_.close();
  held_.reset();
  pacing_.reset();
  if (was_open) {
    home_.counters().open.subtract();
    home_.counters().count_close(code);
    tell_owner([&] { owner_.on_closing(code); });
  }
  defer();
}

void transport::ping_after(std::chrono::milliseconds delay) {
  waiting_ = wait::ping_due;
  home_.loop().timers().arm_on_grid(
      *this, home_.loop().now(), delay, std::min(delay / 10, ping_grid));
}

void transport::on_timer() noexcept {
  switch (waiting_) {
  case wait::ping_due:
    outbox_.push_control(home_.ping());
    wake();
    alive_ = false;
    waiting_ = wait::pong;
    return home_.loop().timers().arm(
        *this, home_.loop().now(), settings_.pong_timeout);
  case wait::pong:
    // A client that we do not read cannot be blamed for silence.
    if (alive_ || credit_ == 0 || pause().count() > 0) {
      return ping_after(settings_.ping_interval - settings_.pong_timeout);
    }
    return close(close_code::no_pong);
  case wait::close_frame:
    if (all_sent())
      socket_.shut_down(); // it may still read how it ended
    [[fallthrough]];
  case wait::end_of_stream:
    return finish(close_code::abnormal);
  }
}

} // namespace rookery

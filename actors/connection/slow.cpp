#include "actors/connection/connection.hpp"

#include <caf/send.hpp>

// What a connection sees of a client that reads too slowly, and what it tells
// one that writes too fast.

namespace rookery {

/// The socket is full. A client on a slow link moves, if only by a few bytes.
void connection::on_blocked() {
  if (slow_ || ended_)
    return;
  const auto now = hub_.services().now();
  const auto grace = hub_.node().settings.laggard.grace;
  slow_ = std::make_unique<slow_watch>(
      slow_watch{link_->progress().acked, now, now + grace / looks_per_grace});
  hub_.note_slow(*this);
  arm_timer();
}

void connection::look_at_socket(steady_time now) {
  if (!slow_ || now < slow_->look_at)
    return;
  const auto seen = link_->progress();
  if (!seen.blocked)
    return forget_slowness();
  if (seen.acked != slow_->acked)
    slow_->moved_at = now;
  slow_->acked = seen.acked;
  const auto grace = hub_.node().settings.laggard.grace;
  slow_->look_at = now + grace / looks_per_grace;
  if (now - slow_->moved_at >= grace)
    report(slow_report::cause::stalled, {});
}

void connection::forget_slowness() {
  if (slow_)
    hub_.forget_slow(id_);
  slow_.reset();
}

void connection::report(slow_report::cause why, std::string topic) {
  slow_report told;
  told.connection = handle();
  told.record = record_;
  told.why = why;
  told.topic = std::move(topic);
  if (slow_)
    told.stalled = std::chrono::duration_cast<std::chrono::milliseconds>(
        hub_.services().now() - slow_->moved_at);
  told.traffic = link_->traffic();
  caf::anon_send(hub_.node().supervisor, std::move(told));
}

/// All its messages wait for answers for a while: it is asked to stop. One that
/// does not is not read from meanwhile.
void connection::look_at_credit(steady_time now) {
  if (now < pause_at_)
    return;
  pause_at_ = steady_time::max();
  flow_paused_ = true;
  hub_.services().counters->flow_pauses_sent.add();
  flow_pause_event told;
  told.reason = "server overloaded";
  send_event(told);
}

} // namespace rookery

#include "actors/connection/connection.hpp"
#include "actors/connection/fanout.hpp"
#include "base/check.hpp"

#include <caf/send.hpp>

#include <algorithm>

// What becomes of an event for a listener whose outbox is full, by the policy
// of its topic.

namespace rookery {

using pace = listener_entry::pace;

/// The frame did not go in. True: it did after all.
bool fanout::overflow(
    local_topic& topic, listener_entry& to, const deliver_order& order) {
  const bool has_log = order.offset > 0;
  services_.counters->dropped.add();
  if (has_log) { // it comes later, whatever the policy
    to.leave_live(pace::behind, services_.now());
    to.cursor = order.offset - 1;
    to.told = order.told - 1;
    to.tell_gap = true;
    to.link->await_room();
  }
  switch (topic.policy) {
  case overflow_policy::drop_oldest: {
    uint32_t left = 0;
    const auto result = to.link->push_over_oldest(order.frames[to.form], left);
    const bool queued = result == send_result::queued;
    drop(topic, to, left + (queued ? 0 : 1));
    return queued;
  }
  case overflow_policy::keep_latest:
    keep_latest(topic, to, order);
    break;
  case overflow_policy::block_sender:
    if (order.delivery != 0)
      make_wait(topic, to, order);
    break;
  case overflow_policy::disconnect:
    to.leave_live(pace::doomed, services_.now());
    to.owner->report(slow_report::cause::overflow, topic.name);
    break;
  case overflow_policy::drop_newest:
    drop(topic, to, 1);
    break;
  case overflow_policy::automatic:
  case overflow_policy::repair:
    break;
  }
  return false;
}

/// Counts what the client will be told, when there is room for that.
void fanout::drop(
    const local_topic& of, listener_entry& to, uint32_t messages) {
  services_.counters->count_dropped(of.policy, messages);
  if (to.dropped == 0 && to.at == pace::live)
    to.link->await_room();
  to.dropped += messages;
}

// -- keep-latest --------------------------------------------------------------

latest_values::limits fanout::latest_limits() const {
  latest_values::limits bounds;
  bounds.bytes_max = node_.settings.connection.outbox_bytes_max;
  return bounds;
}

void fanout::note_latest(local_topic& topic, const deliver_order& order) {
  const bool all_live = std::all_of(
      topic.listeners.begin(), topic.listeners.end(),
      [](const auto& one) { return one.at == pace::live; });
  if (all_live)
    topic.latest.reset();
  else
    topic.latest->put(order.tag, order.frames);
}

void fanout::keep_latest(
    local_topic& topic, listener_entry& to, const deliver_order& order) {
  if (!topic.latest) {
    topic.latest = std::make_unique<latest_values>(latest_limits());
    topic.latest->put(order.tag, order.frames);
  }
  to.leave_live(pace::behind, services_.now());
  to.cursor = topic.latest->version() - 1;
  to.link->await_room();
}

/// Sends what is the newest of each tag now; what it took the place of is told
/// as dropped.
void fanout::send_latest(local_topic& topic, listener_entry& to) {
  ROOKERY_CHECK(topic.latest, "values are kept while a listener is behind");
  const auto& latest = *topic.latest;
  for (auto one = latest.after(to.cursor); one != latest.end(); ++one) {
    const auto& frame = one->frames[to.form];
    if (frame && to.link->push(frame) != send_result::queued)
      return to.link->await_room();
    services_.counters->deliveries.add();
    drop(topic, to, static_cast<uint32_t>(one->version - to.cursor - 1));
    to.cursor = one->version;
  }
  go_live(topic, to);
}

/// Without a log: nothing waits any more but the notice of what was dropped.
void fanout::go_live(local_topic& topic, listener_entry& one) {
  one.at = pace::live;
  if (one.dropped > 0 && !tell_dropped(one, topic.identity))
    one.link->await_room();
  one.was_paused = false;
}

// -- block-sender -------------------------------------------------------------

/// The topic's publishers wait until the listener has room, at most for
/// `block-timeout`.
void fanout::make_wait(
    local_topic& topic, listener_entry& to, const deliver_order& order) {
  if (order.offset == 0) {
    to.leave_live(pace::parked, services_.now());
    to.link->await_room();
  }
  to.keeps_waiting = true;
  if (topic.stalled) {
    ++topic.stalled->missing;
    return;
  }
  topic.stalled = std::make_unique<stalled_delivery>(
      stalled_delivery{order.delivery, order.frames, 1});
  services_.call_at(
      services_.now() + order.topic->rules.block_timeout,
      [this, name = topic.name, number = order.delivery] {
        waited_too_long(name, number);
      });
}

void fanout::push_parked(local_topic& topic, listener_entry& to) {
  ROOKERY_CHECK(topic.stalled, "a parked listener has a delivery");
  if (to.link->push(topic.stalled->frames[to.form]) == send_result::full)
    return to.link->await_room();
  services_.counters->deliveries.add();
  to.at = pace::live;
  taken(topic, to);
}

/// Publishers need not wait for this listener any more.
void fanout::taken(local_topic& topic, listener_entry& by) {
  if (!std::exchange(by.keeps_waiting, false))
    return;
  ROOKERY_CHECK(
      topic.stalled, "who keeps publishers waiting stalls a delivery");
  if (--topic.stalled->missing > 0)
    return;
  const auto number = topic.stalled->number;
  topic.stalled.reset();
  if (topic.handle)
    caf::anon_send(topic.handle, taken_order{number});
}

void fanout::waited_too_long(const std::string& name, uint64_t delivery) {
  auto* topic = find_topic(name);
  if (!topic || !topic->stalled || topic->stalled->number != delivery)
    return;
  for (auto& entry : topic->listeners) {
    if (!entry.keeps_waiting)
      continue;
    entry.leave_live(pace::doomed, services_.now());
    entry.owner->report(slow_report::cause::blocking, name);
    taken(*topic, entry);
  }
}

} // namespace rookery

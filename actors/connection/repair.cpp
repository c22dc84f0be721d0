#include "actors/connection/connection.hpp"
#include "actors/connection/fanout.hpp"
#include "actors/topic/audience.hpp"

// How a listener that is behind comes back: the topic hands out what it missed
// part by part, each when there is room in its outbox, until it is told that it
// is live. Deliveries and parts come from the same actor, so that between the
// last part and the first live event nothing is missing and nothing is twice.

namespace rookery {

using pace = listener_entry::pace;

void fanout::ask_replay(local_topic& topic, listener_entry& of) {
  of.asked = true;
  send(topic, replay_order{of.owner->as_subscriber(), of.cursor});
}

void fanout::go_on(local_topic& topic, std::size_t index) {
  auto& entry = topic.listeners[index];
  const bool has_log = topic.identity->rules.kind != topic_kind::topic;
  const bool waits = entry.at == pace::parked
                     || (entry.at == pace::behind && !entry.asked)
                     || (entry.at == pace::live && entry.dropped > 0);
  if (!waits)
    return;
  if (!entry.link->has_room())
    return entry.link->await_room();
  if (entry.at == pace::parked)
    push_parked(topic, entry);
  else if (entry.at == pace::live)
    tell_dropped(entry, topic.identity);
  else if (has_log)
    ask_replay(topic, entry);
  else
    send_latest(topic, entry);
}

void fanout::pause(local_topic& topic, std::size_t index) {
  auto& entry = topic.listeners[index];
  if (entry.at == pace::doomed)
    return;
  const bool latest = topic.policy == overflow_policy::keep_latest;
  if (latest && !topic.latest)
    topic.latest = std::make_unique<latest_values>(latest_limits());
  if (entry.at == pace::live)
    entry.cursor = latest ? topic.latest->version() : topic.newest;
  if (entry.at == pace::parked)
    drop(topic, entry, 1); // as if it had paused before
  entry.told = entry.at == pace::live ? topic.told : entry.told;
  entry.leave_live(pace::paused, services_.now());
  taken(topic, entry);
  entry.was_paused = true;
}

void fanout::resume(local_topic& topic, std::size_t index) {
  auto& entry = topic.listeners[index];
  if (entry.at != pace::paused)
    return;
  const bool has_log = topic.identity->rules.kind != topic_kind::topic;
  if (!has_log && topic.policy != overflow_policy::keep_latest)
    return go_live(topic, entry);
  entry.at = pace::behind;
  entry.tell_gap = true;
  go_on(topic, index);
}

void fanout::on(const replay_chunk& chunk) {
  auto* topic = find_topic(chunk.topic->name);
  auto* owner = find(chunk.connection);
  const auto index =
      topic && owner ? owner->listens_at(*topic) : subscription::nowhere;
  if (index == subscription::nowhere)
    return; // it left meanwhile
  auto& entry = topic->listeners[index];
  entry.asked = false;
  if (entry.at != pace::behind)
    return; // paused again
  if (chunk.after != entry.cursor)
    return go_on(*topic, index); // it was asked before a pause
  if (entry.tell_gap && chunk.newest > entry.cursor) {
    gap_event gap;
    gap.topic = chunk.topic->name;
    gap.range = {entry.cursor + 1, chunk.newest};
    gap.reason = entry.was_paused ? "paused" : "overflow";
    tell_gap(entry, gap);
  }
  entry.tell_gap = entry.was_paused = false;
  if (!push_part(entry, chunk))
    return;
  entry.cursor = chunk.last;
  entry.told = chunk.told;
  entry.source = std::max(entry.source, chunk.source); // the furthest counts
  if (chunk.last < chunk.newest)
    return go_on(*topic, index);
  entry.at = pace::live;
  taken(*topic, entry);
  if (std::exchange(entry.in_doubt, false) && !chunk.events)
    return; // it lacked nothing and was told nothing
  auto& counters = *services_.counters;
  (entry.source == replay_source::snapshot  ? counters.repairs_from_snapshot
   : entry.source == replay_source::journal ? counters.repairs_from_journal
                                            : counters.repairs_from_ring)
      .add();
  thread_local std::string text;
  text.clear();
  encode(
      encoding_of(entry.form), live_event{chunk.topic->name, chunk.last}, text);
  entry.link->answer(text);
}

void fanout::on(const reset_order& order) {
  auto* topic = find_topic(order.topic->name);
  if (!topic)
    return;
  topic->newest = topic->told = 0;
  for (std::size_t i = 0; i < topic->listeners.size(); ++i) {
    auto& entry = topic->listeners[i];
    entry.cursor = no_offset;
    entry.told = 0;
    entry.tell_gap = entry.asked = false; // the answer is of the other log
    if (entry.at == pace::live)
      entry.leave_live(pace::behind, services_.now());
    go_on(*topic, i);
  }
}

/// False: there was no room after all, or the connection is gone.
bool fanout::push_part(listener_entry& to, const replay_chunk& chunk) {
  if (!chunk.events)
    return true;
  switch (to.link->push(chunk.events)) {
  case send_result::queued:
    services_.counters->deliveries.add(chunk.events.messages());
    return true;
  case send_result::not_open:
    return false;
  case send_result::full:
    break;
  }
  if (!to.link->idle()) {
    to.link->await_room();
    return false;
  }
  // It fits into no outbox, however empty: this client can not have it.
  gap_event gap;
  gap.topic = chunk.topic->name;
  gap.range = {chunk.after + 1, chunk.last};
  gap.reason = "too_large";
  tell_gap(to, gap);
  return true;
}

void connection::on_room() {
  for (std::size_t i = 0; i < subscriptions_.size(); ++i)
    if (const auto& one = subscriptions_[i]; one.index != subscription::nowhere)
      hub_.go_on(*one.topic, one.index);
}

uint32_t connection::listens_at(const local_topic& topic) {
  const auto* one = subscribed_to(topic.name);
  return one ? one->index : subscription::nowhere;
}

bool connection::wants_pause(const local_topic& topic) {
  const auto* one = subscribed_to(topic.name);
  return one && one->paused;
}

} // namespace rookery

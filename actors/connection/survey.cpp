#include "actors/connection/connection.hpp"

#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <algorithm>
#include <iterator>

// How a thread's connections and topics are doing: for metrics, and for who
// looks for the slowest and the busiest. Each question is about a page of them,
// so that none holds the thread up.

namespace rookery {

// -- connections --------------------------------------------------------------

uint32_t connection::survey(connection_survey& found) const {
  ++(link_->state() == link_state::open ? found.open : found.closing);
  const auto traffic = link_->traffic();
  found.blocked += traffic.blocked ? 1 : 0;
  found.outbox_messages.observe(traffic.outbox_messages);
  found.outbox_bytes.observe(traffic.outbox_bytes);
  for (const auto& one : subscriptions_) {
    if (one.index == subscription::nowhere)
      continue;
    const auto& listener = one.topic->listeners[one.index];
    if (listener.at == listener_entry::pace::live)
      continue;
    ++(listener.at == listener_entry::pace::paused
           ? found.subscriptions_paused
           : found.subscriptions_behind);
    found.lag.observe(lag_of(listener, *one.topic));
    found.lag_ms.observe(static_cast<uint64_t>(
        lag_time_of(listener, hub_.services().now()).count()));
  }
  return static_cast<uint32_t>(1 + subscriptions_.size());
}

survey_page fanout::on(const survey_order& order) {
  survey_page page;
  uint64_t last = order.from.value_or(0);
  auto at = connections_.upper_bound(last);
  for (uint32_t visits = 0;
       at != connections_.end() && visits < order.visits_max; ++at) {
    visits += at->second->survey(page.found);
    last = at->first;
  }
  if (at != connections_.end())
    page.next = last;
  return page;
}

connection_page fanout::on(const deepest_order& order) {
  struct candidate {
    std::size_t bytes;
    connection* one;
  };
  const auto deeper = [](const candidate& a, const candidate& b) {
    return a.bytes > b.bytes;
  };
  connection_page page;
  std::vector<candidate> deepest; // a heap; the shallowest is its front
  uint64_t last = order.from.value_or(0);
  auto at = connections_.upper_bound(last);
  for (; at != connections_.end() && page.visits < order.visits_max; ++at) {
    ++page.visits;
    last = at->first;
    const auto bytes = at->second->link().traffic().outbox_bytes;
    if (bytes < order.bytes_min)
      continue;
    deepest.push_back({bytes, at->second.get()});
    std::push_heap(deepest.begin(), deepest.end(), deeper);
    if (deepest.size() <= order.found_max)
      continue;
    std::pop_heap(deepest.begin(), deepest.end(), deeper);
    deepest.pop_back();
  }
  if (at != connections_.end())
    page.next = last;
  for (const auto& found : deepest)
    page.found.push_back(found.one->inspect());
  return page;
}

// -- topics -------------------------------------------------------------------

namespace {

topic_load load_of(const local_topic& topic, steady_time now) {
  return {topic.name, topic.publishes.per_second(now), topic.listeners.size()};
}

} // namespace

/// Goes through the buckets of the map. One that grows meanwhile may show a
/// topic twice, or not this time.
topic_page fanout::on(const busiest_order& order) {
  const auto now = services_.now();
  topic_page page;
  auto bucket = order.from.value_or(0);
  for (uint32_t visits = 0;
       bucket < topics_.bucket_count() && visits < order.visits_max;
       ++bucket, ++visits)
    for (auto at = topics_.begin(bucket); at != topics_.end(bucket); ++at) {
      ++visits;
      page.found.push_back(load_of(*at->second, now));
      std::push_heap(page.found.begin(), page.found.end(), is_busier);
      if (page.found.size() <= order.found_max)
        continue;
      std::pop_heap(page.found.begin(), page.found.end(), is_busier);
      page.found.pop_back();
    }
  if (bucket < topics_.bucket_count())
    page.next = bucket;
  return page;
}

topic_page fanout::on(const load_order& order) {
  topic_page page;
  for (const auto& name : order.topics)
    if (const auto* topic = find_topic(name))
      page.found.push_back(load_of(*topic, services_.now()));
  return page;
}

// -- times --------------------------------------------------------------------
//
// The clock of the loop stands still during a batch, in which all of this may
// happen; so the actors' clock is asked.

void fanout::time_arrival(const deliver_order& order) {
  auto& counters = *services_.counters;
  counters.delivery_in_mailbox.observe(
      home_system().clock().now() - order.ordered);
  const bool held = order.topic->rules.hold.count() > 0; // they wait on purpose
  if (!held && !counters.unsent_since)
    counters.unsent_since = order.ordered;
}

void fanout::time_delivery(const deliver_order& order) {
  if (order.arrived != steady_time{})
    services_.counters->publish_to_outbox.observe(
        home_system().clock().now() - order.arrived);
}

} // namespace rookery

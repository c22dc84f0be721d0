#include "actors/connection/fanout.hpp"

#include "actors/connection/connection.hpp"
#include "actors/topic/audience.hpp"
#include "base/check.hpp"
#include "base/log.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace rookery {

namespace {

/// Of a `gap` event with the longest name of a topic.
constexpr std::size_t gap_bytes_max = 512;

} // namespace

fanout::fanout(
    caf::actor_config& config, io_unit* home, thread_services services,
    const node_context& node)
    : slim_actor(config, home)
    , services_(std::move(services))
    , node_(node) {}

fanout::~fanout() = default;

void fanout::on_exit() noexcept {
  topics_.clear(); // lets go of the topics' handles
}

// -- connections --------------------------------------------------------------

connection_id fanout::next_id() noexcept {
  return (connection_id{services_.index} << 48) | ++last_connection_;
}

fanout::connection_place fanout::add(actor_ref<connection> one) {
  const auto id = one->id();
  return connections_.emplace_hint(connections_.end(), id, std::move(one));
}

void fanout::remove(connection_place one) {
  ROOKERY_CHECK(closing_ > 0, "a connection leaves OPEN before it is removed");
  --closing_;
  connections_.erase(one);
}

void fanout::note_slow(const connection& one) {
  slow_.emplace(one.id(), &one);
}

connection* fanout::find(connection_id id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

uint64_t fanout::on(drain_atom, close_code code) {
  // `close` may lead to a removal in a later batch, not now.
  for (auto& [id, one] : connections_)
    one->close(code);
  return connections_.size();
}

// -- the way to topics --------------------------------------------------------

local_topic* fanout::find_topic(const std::string& name) {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

local_topic& fanout::topic(const std::string& name) {
  auto& one = topics_[name];
  if (!one) {
    one = std::make_unique<local_topic>();
    one->name = name;
    one->number = ++last_topic_;
  }
  return *one;
}

void fanout::send(local_topic& to, topic_order order) {
  switch (to.way) {
  case local_topic::route::open:
    return forward(to, std::move(order));
  case local_topic::route::unknown:
    to.way = local_topic::route::opening;
    caf::anon_send(node_.supervisor, open_atom_v, to.name, handle());
    [[fallthrough]];
  case local_topic::route::opening:
    to.waiting.push_back(std::move(order));
  }
}

void fanout::forward(local_topic& to, topic_order&& order) {
  std::visit(
      [&](auto& one) { caf::anon_send(to.handle, std::move(one)); }, order);
}

void fanout::on(const ask_order& order) {
  send(topic(order.topic), order.order);
}

void fanout::on(const opened_topic& opened) {
  auto* topic = find_topic(opened.topic->name);
  if (!topic)
    return;
  topic->identity = opened.topic;
  topic->policy = policy_of(opened.topic->rules);
  topic->handle = opened.handle;
  topic->way = local_topic::route::open;
  for (auto& order : std::exchange(topic->waiting, {}))
    forward(*topic, std::move(order));
}

void fanout::on(const refused_topic& refused) {
  auto* topic = find_topic(refused.topic);
  if (!topic || topic->way != local_topic::route::opening)
    return;
  topic->way = local_topic::route::unknown;
  pin(*topic); // the last who waits would take it away
  refuse_waiting(*topic, refused.why);
  unpin(*topic);
}

void fanout::refuse_waiting(local_topic& topic, const failure& why) {
  const answer refusal{error_reply{0, why.code, why.message}};
  for (auto& order : std::exchange(topic.waiting, {})) {
    refuse_claim(order, why);
    if (auto* one = std::get_if<subscribe_order>(&order))
      if (auto* asking = find(one->who.connection))
        asking->refused(topic, one->serial, refusal);
    std::visit(
        [&](const auto& one) {
          if constexpr (requires { one.from; })
            caf::anon_send(
                one.from.actor, answer_atom_v, one.from.serial, refusal);
        },
        order);
  }
}

bool fanout::on(forget_atom, const std::string& name) {
  if (auto* topic = find_topic(name)) {
    topic->handle = topic_actor{};
    topic->way = local_topic::route::unknown;
    drop_if_unused(*topic);
  }
  return true;
}

local_subscribers fanout::on(lost_atom, const std::string& name) {
  local_subscribers found;
  auto* topic = find_topic(name);
  if (!topic)
    return found;
  topic->handle = topic_actor{};
  topic->way = local_topic::route::opening; // the supervisor is at it
  for (auto& [id, one] : connections_) {
    one->lose_orders(*topic);
    if (one->plays_in(*topic))
      found.players.push_back(one->as_subscriber());
  }
  topic->stalled.reset(); // nobody waits for it any more
  const bool has_log = topic->identity->rules.kind != topic_kind::topic;
  for (auto& entry : topic->listeners) {
    entry.keeps_waiting = false;
    if (entry.at == listener_entry::pace::parked)
      entry.at = listener_entry::pace::live;
    found.all.push_back(entry.owner->as_subscriber());
    // The log may have what the crashed actor did not tell.
    const bool doubt = has_log && entry.at == listener_entry::pace::live;
    if (doubt) {
      entry.leave_live(listener_entry::pace::behind, services_.now());
      entry.cursor = topic->newest;
      entry.told = topic->told;
      entry.in_doubt = true;
    }
    // What the crashed actor had not answered, the next one will.
    if (std::exchange(entry.asked, false) || doubt)
      ask_replay(*topic, entry);
  }
  return found;
}

void fanout::on(failed_atom, const std::string& name) {
  auto* topic = find_topic(name);
  if (!topic)
    return;
  topic->handle = topic_actor{};
  topic->way = local_topic::route::unknown;
  pin(*topic);
  refuse_waiting(
      *topic,
      {errc::not_available, "topic " + name + " fails again and again"});
  // Closing takes the listener out of the list.
  while (!topic->listeners.empty())
    topic->listeners.back().owner->close(close_code::server_error);
  unpin(*topic);
}

void fanout::drop_if_unused(local_topic& topic) {
  if (topic.way == local_topic::route::unknown && topic.pins == 0
      && topic.waiting.empty() && !topic.holding)
    topics_.erase(std::string{topic.name});
}

void fanout::unpin(local_topic& topic) {
  ROOKERY_CHECK(topic.pins > 0, "unpin takes back a pin");
  --topic.pins;
  drop_if_unused(topic);
}

// -- the way back -------------------------------------------------------------

void fanout::on(const attach_order& order) {
  auto& listened = topic(order.topic->name);
  auto* asking = find(order.who.connection);
  if (std::holds_alternative<error_reply>(order.reply.reply)) {
    pin(listened);
    if (asking)
      asking->refused(listened, order.serial, order.reply);
    return unpin(listened);
  }
  const auto index = static_cast<uint32_t>(listened.listeners.size());
  if (!asking || !asking->attached(listened, index)) // gone meanwhile
    return send(listened, leave_order{order.who, close_code::abnormal});
  listener_entry fresh;
  fresh.link = &asking->link();
  fresh.owner = asking;
  fresh.form = order.who.form;
  fresh.cursor = order.after.offset;
  fresh.told = order.after.told;
  if (order.after.offset < order.newest.offset)
    fresh.leave_live(listener_entry::pace::behind, services_.now());
  listened.listeners.push_back(fresh);
  listened.newest = std::max(listened.newest, order.newest.offset);
  listened.told = std::max(listened.told, order.newest.told);
  services_.counters->subscriptions.add();
  asking->answered(order.serial, order.reply);
  for (const auto& event : order.then)
    asking->send_text(event);
  if (asking->wants_pause(listened))
    pause(listened, index);
  else if (fresh.at == listener_entry::pace::behind)
    go_on(listened, index);
}

void fanout::on(const detach_order& order) {
  auto* topic = find_topic(order.topic->name);
  auto* asking = find(order.connection);
  if (!topic || !asking)
    return;
  asking->detached(*topic);
  asking->answered(order.serial, order.reply);
}

void fanout::on(const seat_order& order) {
  auto& lobby = topic(order.topic->name);
  pin(lobby);
  auto* asking = find(order.who.connection);
  if (asking && asking->seated(lobby, order.seated)) {
    if (order.serial != 0)
      asking->answered(order.serial, order.reply);
    if (!order.may_watch)
      asking->stop_watching(lobby.name);
  } else if (order.seated) { // gone meanwhile
    send(
        lobby, lobby_order{
                   {},
                   order.who,
                   services_.now(),
                   lobby_order::drop{close_code::abnormal}});
  }
  unpin(lobby);
}

void fanout::stop_listening(local_topic& topic, std::size_t index) {
  auto& list = topic.listeners;
  ROOKERY_CHECK(index < list.size(), "only a listener stops listening");
  taken(topic, list[index]); // not by it, but nobody waits for it now
  services_.counters->subscriptions.subtract();
  if (index + 1 != list.size()) {
    list[index] = list.back();
    list[index].owner->moved(topic, static_cast<uint32_t>(index));
  }
  list.pop_back();
}

// -- delivery -----------------------------------------------------------------

void fanout::on(const deliver_order& order) {
  if (auto* counters = counters_of_this_thread())
    counters->deliveries_waiting.subtract();
  auto* topic = find_topic(order.topic->name);
  if (!topic)
    return;
  time_arrival(order);
  if (order.offset > 0) {
    topic->newest = order.offset;
    topic->told = order.told;
  }
  if (topic->latest)
    note_latest(*topic, order);
  uint64_t delivered = 0;
  for (auto& entry : topic->listeners)
    delivered += deliver_to(*topic, entry, order) ? 1 : 0;
  services_.counters->deliveries.add(delivered);
  time_delivery(order);
  if (order.topic->rules.hold.count() > 0)
    hold(*topic);
  if (order.delivery != 0 && !topic->stalled && topic->handle)
    caf::anon_send(topic->handle, taken_order{order.delivery});
}

/// Puts one frame into one outbox. Returns whether it went in.
bool fanout::deliver_to(
    local_topic& topic, listener_entry& to, const deliver_order& order) {
  using enum overflow_policy;
  if (order.passing)
    return to.at == listener_entry::pace::live
           && to.link->push(order.frames[to.form]) == send_result::queued;
  if (to.at != listener_entry::pace::live) {
    if (order.offset == 0 && topic.policy != keep_latest)
      drop(topic, to, 1);
    return false;
  }
  const auto& frame = order.frames[to.form];
  if (topic.policy == keep_latest && to.link->blocked())
    return overflow(topic, to, order);
  // What was dropped is told before what comes now.
  if (to.dropped > 0 && topic.policy == drop_newest
      && (!to.link->fits(2, gap_bytes_max + frame.size())
          || !tell_dropped(to, order.topic)))
    return drop(topic, to, 1), false;
  const bool held = order.topic->rules.hold.count() > 0;
  switch (held ? to.link->push_held(frame) : to.link->push(frame)) {
  case send_result::queued:
    return true;
  case send_result::full:
    return overflow(topic, to, order);
  case send_result::not_open:
    break;
  }
  return false;
}

void fanout::tell_gap(listener_entry& to, const gap_event& gap) {
  thread_local std::string text;
  text.clear();
  encode(encoding_of(to.form), gap, text);
  to.link->answer(text);
  services_.counters->gaps.add();
}

/// Says how many events of a topic without a log were dropped, if there is room
/// for it.
bool fanout::tell_dropped(listener_entry& to, const topic_ref& topic) {
  gap_event gap;
  gap.topic = topic->name;
  gap.dropped = to.dropped;
  gap.reason = to.was_paused ? "paused" : "overflow";
  const auto frame = frame_encoder::of_this_thread().make(
      gap, to.form, node_.settings.websocket.compression);
  if (to.link->push(frame) != send_result::queued)
    return false;
  services_.counters->gaps.add();
  to.dropped = 0;
  to.was_paused = false;
  return true;
}

/// Wakes the listeners when the topic's `hold` is over.
void fanout::hold(local_topic& topic) {
  if (topic.holding)
    return;
  topic.holding = true;
  services_.call_at(
      services_.now() + topic.identity->rules.hold, [this, name = topic.name] {
        auto* ripe = find_topic(name);
        if (!ripe)
          return;
        ripe->holding = false;
        for (auto& entry : ripe->listeners)
          entry.link->wake();
        drop_if_unused(*ripe);
      });
}

} // namespace rookery

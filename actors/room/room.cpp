#include "actors/room/room.hpp"

namespace rookery {

namespace {

std::optional<payload> shown_info(const identity& user) {
  if (user.info.empty())
    return std::nullopt;
  return payload{encoding::json, user.info};
}

template <class Event>
std::string encoded(const subscriber& who, const Event& event) {
  std::string text;
  encode(encoding_of(who.form), event, text);
  return text;
}

} // namespace

void room_actor_state::on_subscribe(const subscribe_order& order) {
  if (!core->has_room())
    return core->attach(order, core->full());
  const auto& since = order.request.since;
  const bool recovered = since && *since == log->newest();
  if (since && !recovered && order.request.must_recover)
    return core->attach(order, core->position_lost());
  // Others are told of the join before its maker listens: nobody needs to hear
  // that he came. The answer's position includes the join.
  enter(order.who, true);
  core->listeners().add(order.who);
  subscribed_reply reply;
  reply.topic = core->name();
  reply.kind = "room";
  reply.newest = log->newest();
  reply.mode = subscribe_mode::live;
  std::vector<std::string> then;
  if (since)
    reply.recovered = recovered;
  if (recovered && !order.request.snapshot)
    reply.mode = subscribe_mode::replay;
  else if (since || order.request.snapshot) {
    reply.mode = subscribe_mode::snapshot;
    then.push_back(encoded(order.who, snapshot()));
  }
  then.push_back(encoded(order.who, live_event{core->name(), log->last}));
  core->attach(order, std::move(reply), std::move(then));
}

/// Counts a connection; the user's first makes a member.
void room_actor_state::enter(const subscriber& who, bool tell) {
  const auto& user = who.user->user;
  if (!connections.add(user) || room.has(user))
    return;
  const auto offset = tell ? log->last + 1 : log->last;
  room.apply(member_joined{user, shown_info(*who.user)}, offset);
  if (!tell)
    return;
  log->last = offset;
  core->deliver(
      joined_event{core->name(), offset, user, shown_info(*who.user)}, true,
      {});
}

void room_actor_state::on_gone(const subscriber& who, std::string_view reason) {
  core->listeners().remove(who);
  const auto& user = who.user->user;
  if (!connections.remove(user))
    return;
  const auto offset = log->last + 1;
  if (!room.apply(member_left{user, std::string{reason}}, offset))
    return;
  log->last = offset;
  core->deliver(
      left_event{core->name(), offset, user, std::string{reason}}, true, {});
}

void room_actor_state::on_publish(const publish_order& order) {
  core->used();
  message_event event;
  event.topic = core->name();
  event.offset = ++log->last;
  event.data = order.data;
  event.user = order.user->user;
  event.at = core->node().wall_clock_ms();
  core->deliver(event, true, order.arrived);
  published_reply reply;
  reply.at = log->newest();
  core->answer_to(order.from, std::move(reply));
}

void room_actor_state::on_presence(const presence_order& order) {
  core->used();
  presence_reply reply;
  reply.members = members();
  reply.count = reply.members.size();
  core->answer_to(order.from, std::move(reply));
}

void room_actor_state::on_restart(const local_subscribers& found) {
  for (const auto& one : found.all) {
    core->listeners().add(one);
    enter(one, false);
  }
}

std::vector<member> room_actor_state::members() const {
  auto all = room.members();
  for (auto& one : all)
    one.connections = connections.of(one.user);
  return all;
}

snapshot_event room_actor_state::snapshot() const {
  snapshot_event event;
  event.topic = core->name();
  event.at = log->newest();
  event.members = members();
  return event;
}

topic_actor::behavior_type room(
    room_actor_state::pointer self, topic_ref identity,
    const node_context* node, std::shared_ptr<room_log> log) {
  self->state.core.emplace(self, std::move(identity), *node);
  self->state.log = std::move(log);
  return {
      [=](const subscribe_order& order) { self->state.on_subscribe(order); },
      [=](const unsubscribe_order& order) {
        self->state.core->detach(order); // first: nobody hears of his own leave
        self->state.on_gone(order.who, "unsubscribed");
      },
      [=](const leave_order& order) {
        self->state.on_gone(order.who, "closed");
      },
      [=](const publish_order& order) { self->state.on_publish(order); },
      [=](const presence_order& order) { self->state.on_presence(order); },
      [=](const local_subscribers& found) { self->state.on_restart(found); },
      [=](tick_atom) { self->state.core->on_tick(); },
      [=](retire_atom) { return self->state.core->retire(); },
  };
}

} // namespace rookery

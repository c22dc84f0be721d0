#include "actors/room/room.hpp"

#include <algorithm>

namespace rookery {

namespace {

/// Messages in one answer to `history`.
constexpr std::size_t history_reply_max = 1000;

/// A part fits into an outbox that is a quarter full.
replay_limits replay_limits_for(const connection_config& connection) {
  replay_limits limits;
  limits.events_max = std::clamp<uint32_t>(
      connection.outbox_messages_max / 4, 1, limits.events_max);
  limits.bytes_max =
      std::min<std::size_t>(connection.outbox_bytes_max / 4, limits.bytes_max);
  return limits;
}

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

/// After a crash of the actor before: who was held is held.
void room_actor_state::take_over() {
  for (const auto& [user, one] : holds->all())
    room.apply(member_joined{user, one.info}, one.since);
  go_on_holding();
}

void room_actor_state::on_subscribe(const subscribe_order& order) {
  if (!core->has_room())
    return core->attach(order, core->full());
  const auto& since = order.request.since;
  const bool recovered =
      since && since->epoch == log->epoch() && log->reaches(since->offset);
  if (since && !recovered && order.request.must_recover)
    return core->attach(order, core->position_lost());
  const auto newest_before = log->last();
  // Others are told of the join before its maker listens: nobody needs to hear
  // that he came. The answer's position includes the join.
  enter(order.who, true);
  core->listeners().add(order.who);
  const bool missed = recovered && since->offset < newest_before;
  const bool lost = since && !recovered;
  subscribed_reply reply;
  reply.topic = core->name();
  reply.kind = "room";
  reply.newest = log->newest();
  if (since)
    reply.recovered = recovered;
  reply.mode = recovered                        ? subscribe_mode::replay
               : lost || order.request.snapshot ? subscribe_mode::snapshot
                                                : subscribe_mode::live;
  std::vector<std::string> then;
  if (lost || order.request.snapshot)
    then.push_back(encoded(order.who, snapshot()));
  if (!missed)
    then.push_back(encoded(order.who, live_event{core->name(), log->last()}));
  core->attach(
      order, std::move(reply), std::move(then), log->last(),
      missed ? since->offset : log->last());
}

/// Tells all listeners what the log has just taken, and what published it.
template <class... Cause>
void room_actor_state::tell(const room_event& event, const Cause&... cause) {
  std::visit(
      [&](const auto& one) { core->deliver(one, *one.offset, cause...); },
      event);
}

/// Counts a connection; the user's first makes a member.
void room_actor_state::enter(const subscriber& who, bool is_new) {
  const auto& user = who.user->user;
  holds->take_back(user);
  if (!connections.add(user) || room.has(user))
    return;
  const auto offset = is_new ? log->last() + 1 : log->last();
  room.apply(member_joined{user, shown_info(*who.user)}, offset);
  if (is_new)
    tell(log->append(
        joined_event{core->name(), {}, user, shown_info(*who.user)}));
}

/// True when it was the user's last connection here.
bool room_actor_state::gone(const subscriber& who) {
  core->listeners().remove(who);
  return connections.remove(who.user->user);
}

void room_actor_state::leave(const std::string& user, std::string_view reason) {
  if (!room.apply(member_left{user, std::string{reason}}, log->last() + 1))
    return;
  tell(log->append(left_event{core->name(), {}, user, std::string{reason}}));
}

void room_actor_state::on_unsubscribe(const unsubscribe_order& order) {
  core->detach(order); // first: nobody hears of his own leave
  if (gone(order.who))
    leave(order.who.user->user, "unsubscribed");
}

/// Who may not or does not want to come back is not held.
void room_actor_state::on_leave(const leave_order& order) {
  if (!gone(order.who))
    return;
  const auto& user = order.who.user->user;
  const auto found = room.find(user);
  const bool comes_back =
      may_reconnect(order.reason) && order.reason != close_code::normal;
  const bool nobody_held = holds->empty();
  if (!found || !comes_back || !holds->hold(*found, core->now()))
    return leave(user, "closed");
  if (nobody_held)
    go_on_holding();
}

void room_actor_state::on_hold_over() {
  for (const auto& user : holds->expire(core->now()))
    leave(user, "closed");
  go_on_holding();
}

void room_actor_state::go_on_holding() {
  if (const auto due = holds->next_due())
    core->at(*due, hold_atom_v);
}

void room_actor_state::on_publish(const publish_order& order) {
  core->used();
  if (!core->must_wait(order))
    serve(order);
}

void room_actor_state::serve(const publish_order& order) {
  core->time_publish(order);
  const auto now = core->now();
  if (!order.key.empty())
    if (const auto known = log->keys().find(order.user->user, order.key, now))
      return answer_published(order, *known);
  message_event event;
  event.topic = core->name();
  event.data = order.data;
  event.user = order.user->user;
  event.at = core->node().wall_clock_ms();
  tell(log->append(std::move(event)), order);
  if (!order.key.empty())
    log->keys().remember(order.user->user, order.key, log->last(), now);
  answer_published(order, log->last());
}

void room_actor_state::answer_published(
    const publish_order& order, uint64_t offset) {
  published_reply reply;
  reply.at = {log->epoch(), offset};
  core->answer_to(order.from, std::move(reply));
}

/// The messages after `since`, or the newest, oldest first unless reversed.
void room_actor_state::on_history(const history_order& order) {
  core->used();
  const auto& request = order.request;
  const auto oldest = log->last() - log->size();
  if (request.since
      && (request.since->epoch != log->epoch()
          || !log->reaches(request.since->offset)))
    return core->answer_to(order.from, core->position_lost());
  const auto after = request.since ? request.since->offset : oldest;
  const auto most = std::min<std::size_t>(request.limit, history_reply_max);
  history_reply reply;
  reply.newest = log->newest();
  // Without `since` the newest are wanted, and so they are when reversed.
  const bool from_end = request.reverse || !request.since;
  auto bytes_left = core->node().settings.connection.outbox_bytes_max / 4;
  for (auto step = after; step < log->last() && reply.messages.size() < most;
       ++step) {
    const auto& one =
        log->at(from_end ? log->last() - (step - after) : step + 1);
    const auto* message = std::get_if<message_event>(&one);
    if (!message)
      continue;
    if (!reply.messages.empty() && bytes_of(one) > bytes_left)
      break;
    bytes_left -= std::min(bytes_left, bytes_of(one));
    reply.messages.push_back(*message);
  }
  if (from_end && !request.reverse)
    std::reverse(reply.messages.begin(), reply.messages.end());
  core->answer_to(order.from, std::move(reply));
}

void room_actor_state::on_replay(const replay_order& order) {
  replay_chunk chunk;
  chunk.last = chunk.newest = log->last();
  if (order.after < log->last() && log->reaches(order.after)) {
    const auto& part = replays->after(order.after, order.who.form, *log);
    chunk.events = part.events;
    chunk.last = part.last;
  } else if (order.after < log->last()) {
    chunk.events = snapshot_frame(order.who.form);
    chunk.snapshot = true;
  }
  core->replay(order, std::move(chunk));
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

/// What can be made anew is not kept either.
void room_actor_state::on_shrink(const shrink_order& order) {
  log->keep_share(order.share);
  if (order.share == 1)
    return;
  replays->forget();
  snapshot_frames_ = {};
}

std::vector<member> room_actor_state::members() const {
  auto all = room.members();
  for (auto& one : all) {
    one.connections = connections.of(one.user);
    one.held = holds->holds(one.user);
  }
  return all;
}

snapshot_event room_actor_state::snapshot() const {
  snapshot_event event;
  event.topic = core->name();
  event.at = log->newest();
  event.members = members();
  return event;
}

frame room_actor_state::snapshot_frame(frame_form form) {
  if (snapshot_at_ != log->last())
    snapshot_frames_ = {};
  snapshot_at_ = log->last();
  auto& one = snapshot_frames_[form];
  if (!one)
    one = frame_encoder::of_this_thread().make(
        snapshot(), form, core->node().settings.websocket.compression);
  return one;
}

topic_actor::behavior_type room(
    room_actor_state::pointer self, topic_ref identity,
    const node_context* node, std::shared_ptr<room_log> log,
    std::shared_ptr<room_holds> holds) {
  const auto& settings = node->settings;
  self->state.core.emplace(self, std::move(identity), *node);
  self->state.log = std::move(log);
  self->state.holds = std::move(holds);
  self->state.take_over();
  self->state.replays.emplace(
      replay_limits_for(settings.connection), settings.websocket.compression);
  return {
      [=](const subscribe_order& order) { self->state.on_subscribe(order); },
      [=](const unsubscribe_order& order) {
        self->state.on_unsubscribe(order);
      },
      [=](const leave_order& order) { self->state.on_leave(order); },
      [=](const publish_order& order) { self->state.on_publish(order); },
      [=](const taken_order& taken) {
        self->state.core->on_taken(
            taken, [&](const publish_order& next) { self->state.serve(next); });
      },
      [=](const presence_order& order) { self->state.on_presence(order); },
      [=](const history_order& order) { self->state.on_history(order); },
      [=](const replay_order& order) { self->state.on_replay(order); },
      [=](const local_subscribers& found) { self->state.on_restart(found); },
      [=](const shrink_order& order) { self->state.on_shrink(order); },
      [=](hold_atom) { self->state.on_hold_over(); },
      [=](tick_atom) { self->state.core->on_tick(); },
      [=](retire_atom) {
        return self->state.holds->empty() && self->state.core->retire();
      },
  };
}

} // namespace rookery

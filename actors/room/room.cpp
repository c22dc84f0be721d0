#include "actors/room/room.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <random>

// What a room does with orders, and who is in it.

namespace rookery {

namespace {

/// How often a large room tells how many it has.
constexpr std::chrono::seconds count_interval{1};

/// A part fits into an outbox that is a quarter full.
replay_limits replay_limits_for(const connection_config& connection) {
  replay_limits limits;
  limits.events_max = std::clamp<uint32_t>(
      connection.outbox_messages_max / 4, 1, limits.events_max);
  limits.bytes_max =
      std::min<std::size_t>(connection.outbox_bytes_max / 4, limits.bytes_max);
  return limits;
}

template <class Event>
std::string encoded(const subscriber& who, const Event& event) {
  std::string text;
  encode(encoding_of(who.form), event, text);
  return text;
}

} // namespace

std::optional<payload> shown_info(const identity& user) {
  if (user.info.empty())
    return std::nullopt;
  return payload{encoding::json, user.info};
}

void room_actor_state::begin(
    pointer actor, topic_ref identity, const node_context& node,
    std::shared_ptr<room_memory> known) {
  self = actor;
  const auto& settings = node.settings;
  if (identity->rules.journal)
    stored = node.logs;
  core.emplace(actor, std::move(identity), node);
  memory = std::move(known);
  replays.emplace(
      replay_limits_for(settings.connection), settings.websocket.compression);
  last_batch_ = std::random_device{}(); // the crashed actor had others
  own_life_ = life();
  if (stored)
    return open();
  if (memory->log.epoch().empty())
    memory->log.begin(random_hex(7), 0);
}

// -- subscribers --------------------------------------------------------------

void room_actor_state::serve(const subscribe_order& order) {
  const auto& who = *order.who.user;
  take_turn({joined_entry{who.user, shown_info(who), true, life()}, order});
}

bool room_actor_state::reaches(const position& since) const {
  const auto& log = memory->log;
  return since.epoch == log.epoch()
         && (log.reaches(since.offset)
             || (stored && since.offset <= log.last()
                 && since.offset >= memory->journal_floor()));
}

/// The subscriber is a member; others were told before its maker listens:
/// nobody needs to hear that he came. The answer's position includes the join.
void room_actor_state::attach(
    const subscribe_order& order, uint64_t newest_before) {
  const auto& log = memory->log;
  const auto& since = order.request.since;
  memory->log.expire(stamp_now());
  const bool recovered = since && reaches(*since);
  memory->holds.take_back(order.who.user->user);
  if (order.request.must_recover && since && !recovered) {
    core->attach(order, core->position_lost());
    if (connections.of(order.who.user->user) == 0)
      leave(order.who.user->user, "closed");
    return;
  }
  connections.add(order.who.user->user, shown_info(*order.who.user));
  core->listeners().add(order.who);
  const bool missed = recovered && since->offset < newest_before;
  const bool lost = since && !recovered;
  subscribed_reply reply;
  reply.topic = core->name();
  reply.kind = lobby() ? "lobby" : listing() ? "lobbies" : "room";
  reply.newest = log.newest();
  if (since)
    reply.recovered = recovered;
  reply.mode = recovered                        ? subscribe_mode::replay
               : lost || order.request.snapshot ? subscribe_mode::snapshot
                                                : subscribe_mode::live;
  std::vector<std::string> then;
  if (lost || order.request.snapshot)
    then.push_back(encoded(order.who, snapshot()));
  else if (memory->state.is_large())
    then.push_back(
        encoded(order.who, members_event{core->name(), memory->state.size()}));
  if (!missed)
    then.push_back(encoded(order.who, live_event{core->name(), log.last()}));
  const log_place newest{log.last(), log.told()};
  core->attach(
      order, std::move(reply), std::move(then), newest,
      missed ? log_place{since->offset, log.number_after(since->offset)}
             : newest);
}

void room_actor_state::serve(const unsubscribe_order& order) {
  core->detach(order); // first: nobody hears of his own leave
  if (gone(order.who))
    leave(order.who.user->user, "unsubscribed");
}

void room_actor_state::serve(const leave_order& order) {
  if (gone(order.who))
    went(order.who.user->user, order.reason);
}

/// The user's last connection here. Who may not or does not want to come back
/// is not held.
void room_actor_state::went(const std::string& user, close_code reason) {
  if (reason == close_code::drain)
    leave_for_elsewhere(user);
  else if (may_reconnect(reason) && reason != close_code::normal)
    hold_or_leave(user);
  else
    leave(user, "closed");
}

/// True when it was the user's last connection here.
bool room_actor_state::gone(const subscriber& who) {
  core->listeners().remove(who);
  return connections.remove(who.user->user);
}

void room_actor_state::leave(const std::string& user, std::string_view reason) {
  take_turn({left_entry{user, std::string{reason}, true, life()}, {}});
}

void room_actor_state::hold_or_leave(
    const std::string& user, std::chrono::milliseconds at_least) {
  const auto found = memory->state.find(user);
  if (found && memory->holds.hold(*found, core->now(), at_least))
    remind_again();
  else
    leave(user, "closed");
}

// -- publishing ---------------------------------------------------------------

void room_actor_state::serve(publish_order& order) {
  if (core->blocks_senders() && core->must_wait(order, publishing_ > 0))
    return;
  take(order);
  go_on();
}

/// Takes what is in the order.
void room_actor_state::take(publish_order& order) {
  publishing_ += core->blocks_senders() ? 1 : 0;
  waiting_.push_back(
      {message_entry{
           order.user->user, std::move(order.key), core->node().wall_clock_ms(),
           std::move(order.data)},
       publish_cause{
           std::move(order.from), order.arrived, std::move(order.tag)}});
}

void room_actor_state::on_taken(const taken_order& taken) {
  if (core->on_taken(taken))
    go_on();
}

/// With block-sender: the next one, once all have taken the one before.
void room_actor_state::serve_blocked() {
  if (!core->blocks_senders() || publishing_ > 0)
    return;
  if (auto next = core->next_waiting())
    take(*next);
}

void room_actor_state::serve(const set_order& order) {
  if (lobby())
    return core->answer_to(
        order.from, error_reply{
                        0, errc::bad_request,
                        "topic: the state of a lobby is changed by lobby.set"});
  const auto& request = order.request;
  take_turn(
      {state_entry{
           order.user->user, request.key, core->node().wall_clock_ms(),
           request.patch, request.if_offset},
       publish_cause{order.from, order.arrived, {}}});
}

// -- what is to be done later -------------------------------------------------

void room_actor_state::remind(steady_time due) {
  if (due >= reminder_)
    return; // it looks then, and goes on
  reminder_ = due;
  core->at(due, hold_atom_v);
}

void room_actor_state::remind_again() {
  auto due = std::min(
      {memory->holds.next_due().value_or(steady_time::max()), count_due_,
       late_due_, come_back_due_, late_replays_due_, tend_due_, listing_due_,
       wake_due_, match_due_});
  if (!given_.empty())
    due = std::min(due, given_until_);
  for (const auto& [life, leaving] : gone_)
    due = std::min(due, leaving);
  remind(due);
}

void room_actor_state::on_time() {
  const auto now = core->now();
  reminder_ = steady_time::max();
  const bool is_wanted =
      found_early_ || !core->listeners().empty() || is_root();
  if (now_ == phase::closed && is_wanted)
    return open();
  for (const auto& user : memory->holds.expire(now))
    leave(user, "closed");
  end_lives();
  if (late_replays_due_ <= now) {
    late_replays_due_ = steady_time::max();
    for (auto& order : std::exchange(late_replays_, {}))
      handle(order);
  }
  if (come_back_due_ <= now)
    come_back();
  do_what_is_due(now);
  if (count_due_ <= now)
    tell_members();
  if (given_until_ <= now)
    given_ = {};
  if (late_due_ <= now) {
    late_due_ = steady_time::max();
    for (auto& turn : std::exchange(late_, {}))
      waiting_.push_back(std::move(turn));
    go_on();
  }
  remind_again();
}

void room_actor_state::count_members_later() {
  if (count_due_ != steady_time::max())
    return;
  count_due_ = core->now() + count_interval;
  remind_again();
}

void room_actor_state::tell_members() {
  count_due_ = steady_time::max();
  core->deliver_passing(members_event{core->name(), memory->state.size()});
}

// -- after a crash ------------------------------------------------------------

void room_actor_state::on_restart(const local_subscribers& found) {
  if (now_ != phase::serving) {
    found_early_ = found;
    return;
  }
  for (const auto& one : found.all) {
    core->listeners().add(one);
    connections.add(one.user->user, shown_info(*one.user));
    memory->holds.take_back(one.user->user);
  }
  for (const auto& one : found.players) {
    players_.emplace(one.connection, one);
    connections.add(one.user->user, shown_info(*one.user));
    memory->holds.take_back(one.user->user);
  }
  come_back();
  settle();
}

/// Members who are not here, since this node or the actor before ended, and
/// those of other nodes that ended.
void room_actor_state::settle() {
  for (const auto& user : memory->state.members_at(life()))
    if (connections.of(user) == 0 && !memory->holds.holds(user))
      hold_or_leave(user);
  for (const auto other : memory->state.lives())
    if (other != life() && !core->node().is_alive(other))
      watch_life(
          other, std::max(
                     core->node().settings.cluster.failure_timeout,
                     core->node().settings.drain.hold));
  remind_again();
}

// -- the rest -----------------------------------------------------------------

/// What can be made anew is not kept either.
void room_actor_state::on_shrink(const shrink_order& order) {
  memory->log.keep_share(order.share);
  if (order.share == 1)
    return;
  replays->forget();
  snapshot_frames_ = {};
}

bool room_actor_state::on_retire() {
  const bool busy =
      now_ == phase::opening || found_early_ || !waiting_.empty()
      || !on_its_way_.empty() || !late_.empty() || !questions_.empty()
      || !memory->holds.empty() || !gone_.empty() || is_root()
      || !players_.empty() || !announced_.empty() || (lobby() && keeps_listed_)
      || listing_due_ != steady_time::max() || (matches_ && !matches_->empty());
  if (busy || !core->retire())
    return false;
  if (stored) {
    if (now_ == phase::serving)
      save_image();
    stored->close(core->name());
  }
  return true;
}

topic_actor::behavior_type room(
    room_actor_state::pointer self, topic_ref identity,
    const node_context* node, std::shared_ptr<room_memory> memory) {
  self->state.begin(self, std::move(identity), *node, std::move(memory));
  return {
      [=](subscribe_order& order) { self->state.handle(order); },
      [=](unsubscribe_order& order) { self->state.handle(order); },
      [=](leave_order& order) { self->state.handle(order); },
      [=](publish_order& order) { self->state.handle(order); },
      [](const remote_message&) {}, // rooms follow their logs
      [=](set_order& order) { self->state.handle(order); },
      [=](lobby_order& order) { self->state.handle(order); },
      [=](const claim_notice& notice) { self->state.on_claimed(notice); },
      [=](const taken_order& taken) { self->state.on_taken(taken); },
      [=](presence_order& order) { self->state.handle(order); },
      [=](history_order& order) { self->state.handle(order); },
      [=](room_state_order& order) { self->state.handle(order); },
      [=](replay_order& order) { self->state.handle(order); },
      [=](const found_log& found) { self->state.on_log(found); },
      [=](const appended_notice& notice) { self->state.on_appended(notice); },
      [=](const found_entries& found) { self->state.on_found(found); },
      [=](news_notice& notice) { self->state.on_news(notice); },
      [=](const gone_order& order) { self->state.on_gone(order); },
      [=](const offer_order& order) { self->state.on_offer_wanted(order); },
      [=](const part_order& order) { self->state.on_part_wanted(order); },
      [=](const peer_notice& notice) { self->state.on_peer(notice); },
      [=](const local_subscribers& found) { self->state.on_restart(found); },
      [=](const shrink_order& order) { self->state.on_shrink(order); },
      [=](hold_atom) { self->state.on_time(); },
      [=](tick_atom) { self->state.core->on_tick(); },
      [=](retire_atom) { return self->state.on_retire(); },
  };
}

} // namespace rookery

#include "actors/room/room.hpp"
#include "base/protocol/info_values.hpp"
#include "base/protocol/merge_patch.hpp"
#include "net/auth/lobby_password.hpp"

#include <caf/send.hpp>

// A room that is a lobby: what is asked of it, and who plays in it.

namespace rookery {

namespace {

std::string reason(const std::string& topic, const lobby_ruling& ruling) {
  return std::string{ruling.why} + ": " + topic;
}

} // namespace

void room_actor_state::serve(const lobby_order& order) {
  std::visit([&](const auto& what) { ask(order, what); }, order.what);
}

void room_actor_state::ask(
    const lobby_order& order, const lobby_request& request) {
  if (!lobby())
    return;
  lobby_entry entry;
  entry.user = order.who.user->user;
  entry.key = request.key;
  entry.at = core->node().wall_clock_ms();
  entry.move = request.move;
  entry.player = request.user;
  entry.flag = request.ready;
  entry.patch = request.patch;
  entry.if_offset = request.if_offset;
  if (request.move == lobby_move::leave)
    entry.reason = "left";
  if (request.move == lobby_move::close)
    entry.reason = "host";
  if (request.move == lobby_move::create)
    if (const auto why = make_rules(request.setup, entry))
      return core->answer_to(
          order.from, error_reply{0, why->code, why->message});
  room_turn turn{
      std::move(entry),
      move_cause{order.from, order.who, order.arrived, request.password}};
  if (request.move == lobby_move::create)
    announce(std::move(turn));
  else
    take_turn(std::move(turn));
}

/// What is wrong with the setup, or nothing.
std::optional<failure> room_actor_state::make_rules(
    const lobby_setup& setup, lobby_entry& into) const {
  const auto& most = core->rules().lobby;
  const auto limit = [](const char* field, std::size_t max, const char* unit) {
    return failure{
        errc::limit_exceeded,
        std::string{field} + ": may be at most " + std::to_string(max) + unit};
  };
  if (setup.seats > most.seats_max)
    return limit("seats", most.seats_max, "");
  if (setup.players_min > setup.seats)
    return failure{errc::bad_request, "min_players: more than there are seats"};
  lobby_rules rules;
  rules.seats = setup.seats;
  rules.players_min = setup.players_min;
  rules.auto_start = setup.auto_start;
  rules.is_private = setup.is_private;
  rules.spectators = setup.spectators;
  if (setup.info) {
    auto text = as_json(*setup.info);
    if (!text || text->size() > most.info_bytes_max)
      return limit("info", most.info_bytes_max, " bytes");
    rules.info = payload{encoding::json, *std::move(text)};
  }
  if (!setup.state.bytes.empty()) {
    auto text = as_json(setup.state);
    if (!text || text->size() > core->rules().state_bytes_max)
      return limit("state", core->rules().state_bytes_max, " bytes");
    into.patch = {encoding::json, *std::move(text)};
  }
  if (!setup.password.empty())
    rules.password = seal_password(setup.password);
  rules.hold = most.hold.count();
  rules.empty_ttl = most.empty_ttl.count();
  rules.started_ttl = most.started_ttl.count();
  into.rules = std::make_shared<const lobby_rules>(std::move(rules));
  return std::nullopt;
}

void room_actor_state::ask(
    const lobby_order& order, const lobby_send_request& request) {
  const auto refused = [&](errc code, const char* why) {
    core->answer_to(order.from, error_reply{0, code, why});
  };
  if (!lobby() || !lobby()->exists())
    return refused(errc::unknown_topic, "there is no such lobby");
  if (!lobby()->seat_of(order.who.user->user))
    return refused(errc::not_seated, "this takes a seat in the lobby");
  const auto& seats = lobby()->seats();
  if (request.seat && *request.seat >= seats.size())
    return refused(errc::bad_request, "seat: there is no such seat");
  const auto& to = request.seat ? seats[*request.seat].user : lobby()->host();
  if (to.empty())
    return refused(errc::not_seated, "seat: nobody has it");
  caf::anon_send(
      core->node().registry,
      direct_order{order.from, order.who.user, to, core->name(), request.data});
}

// -- moves --------------------------------------------------------------------

bool room_actor_state::is_refused_for_password(
    const lobby_entry& entry, const move_cause& cause) const {
  const auto& is = *lobby();
  return entry.move == lobby_move::join && is.exists()
         && !is.rules().password.empty() && !is.seat_of(entry.user)
         && !is.is_invited(entry.user)
         && !opens(is.rules().password, cause.password);
}

/// A move is judged by the lobby as it will be when those before it in the
/// batch are done. What is refused or changes nothing has no entry and is
/// judged again when the batch has its place, so that the answer is true there;
/// in a cluster a batch needs an entry to have one.
bool room_actor_state::admit_move(room_turn& turn, batch_view& batch) {
  auto& entry = std::get<lobby_entry>(turn.entry);
  const auto& state = memory->state;
  if (!batch.lobby)
    batch.lobby = *lobby();
  const auto* cause = std::get_if<move_cause>(&turn.cause);
  if (cause) {
    if (core->is_late(cause->arrived, batch.now)) {
      if (gives_seat(entry.move) && connections.of(entry.user) == 0)
        leave(entry.user, "unsubscribed");
      return false;
    }
    if (state.judge(entry, batch.stamp) == entry_effect::duplicate)
      return answer_move(entry, *cause, state.first_of(entry, batch.stamp)),
             false;
    if (is_refused_for_password(entry, *cause))
      return core->answer_to(
                 cause->from,
                 error_reply{
                     0, errc::permission_denied,
                     "password: is not that of " + core->name()}),
             false;
    batch.lobby->complete(entry);
  }
  const bool is_back =
      entry.move == lobby_move::hold && state.has(entry.player);
  const auto ruling =
      batch.lobby->judge(entry, state.document_offset(), batch.stamp);
  const bool is_applied =
      ruling.comes_to == lobby_ruling::outcome::applied && !is_back;
  if (!cause && !is_applied)
    return tended(nullptr), false;
  if (cause && is_applied && entry.move == lobby_move::set)
    if (const auto why = why_not(entry.patch))
      return core->answer_to(
                 cause->from, error_reply{0, why->code, why->message}),
             false;
  entry.told = is_applied && entry.move != lobby_move::invite;
  turn.appends = is_applied || (is_shared() && !batch.appends);
  if (is_applied)
    batch.lobby->apply(entry, memory->log.last() + ++batch.moves, batch.stamp);
  batch.is_whole = entry.move == lobby_move::create
                   || entry.move == lobby_move::close
                   || entry.move == lobby_move::set;
  if (stored && !entry.key.empty())
    batch.keys.insert(entry.user + ' ' + entry.key);
  return true;
}

/// `change`: of the turn's entry; null: it has none.
void room_actor_state::settle_move(room_turn& turn, const room_change* change) {
  const auto* cause = std::get_if<move_cause>(&turn.cause);
  if (!cause)
    return tended(change);
  auto entry = std::get<lobby_entry>(turn.entry);
  const auto effect = change ? change->effect : entry_effect::stale;
  if (effect == entry_effect::applied || effect == entry_effect::unchanged
      || effect == entry_effect::duplicate)
    return answer_move(entry, *cause, change->offset);
  entry.told = true;
  lobby()->complete(entry);
  const auto ruling = memory->state.rule(entry, stamp_now());
  switch (ruling.comes_to) {
  case lobby_ruling::outcome::unchanged:
    return answer_move(entry, *cause, memory->log.last());
  case lobby_ruling::outcome::refused:
    if (gives_seat(entry.move) && connections.of(entry.user) == 0)
      leave(entry.user, "unsubscribed"); // he came with the seat, if he did
    return core->answer_to(
        cause->from, error_reply{0, ruling.code, reason(core->name(), ruling)});
  case lobby_ruling::outcome::applied:
  case lobby_ruling::outcome::stale:
    break;
  }
  // Others changed the lobby meanwhile, and now it is possible.
  waiting_.push_front({std::move(entry), std::move(turn.cause)});
}

void room_actor_state::answer_move(
    const lobby_entry& entry, const move_cause& cause, uint64_t offset) {
  core->time_publish(cause.arrived);
  const position at{memory->log.epoch(), offset};
  if (!gives_seat(entry.move)) {
    published_reply reply;
    reply.at = at;
    return core->answer_to(cause.from, std::move(reply));
  }
  const auto own = lobby()->seat_of(entry.user);
  if (!own)
    return core->answer_to(
        cause.from,
        error_reply{
            0, errc::not_seated, "the seat was given up since: " + entry.key});
  seat(cause.who);
  seat_reply reply;
  reply.seat = *own;
  reply.at = at;
  self->send(
      core->node().fanouts[cause.who.thread],
      seat_order{
          core->identity(), cause.who, true, cause.from.serial,
          rookery::answer{std::move(reply)}});
}

// -- who plays ----------------------------------------------------------------
//
// A connection that has the rights of a seat counts as one of its user's in the
// room, whether or not it subscribes: when the last is gone, the user is no
// member any more, on whichever node, and the seat is held.

void room_actor_state::seat(const subscriber& who) {
  if (!players_.emplace(who.connection, who).second)
    return;
  const auto& user = *who.user;
  memory->holds.take_back(user.user);
  if (connections.add(user.user, shown_info(user))
      && !memory->state.has(user.user, life()))
    take_turn({joined_entry{user.user, shown_info(user), true, life()}, {}});
}

void room_actor_state::unseat_those_without() {
  std::vector<subscriber> without;
  std::erase_if(players_, [&](const auto& one) {
    const bool loses = !lobby()->seat_of(one.second.user->user);
    if (loses)
      without.push_back(one.second);
    return loses;
  });
  for (const auto& who : without) {
    self->send(
        core->node().fanouts[who.thread],
        seat_order{
            core->identity(),
            who,
            false,
            0,
            {},
            lobby()->lets_watch(who.user->user)});
    if (connections.remove(who.user->user))
      leave(who.user->user, "unsubscribed");
  }
}

void room_actor_state::ask(
    const lobby_order& order, const lobby_order::drop& drop) {
  const auto& user = order.who.user->user;
  if (players_.erase(order.who.connection) > 0 && connections.remove(user))
    went(user, drop.reason);
}

} // namespace rookery

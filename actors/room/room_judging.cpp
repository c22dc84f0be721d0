#include "actors/room/room.hpp"
#include "base/protocol/merge_patch.hpp"

// What a room appends: each turn is judged by the room as it is known, and by
// what the batch will have done to it. Where nobody else appends, that is what
// it will come to.

namespace rookery {

namespace {

/// The key of a publish, of its user; empty: none.
std::string key_of(const log_entry& entry) {
  return std::visit(
      [](const auto& e) -> std::string {
        if constexpr (requires { e.key; })
          return e.key.empty() ? e.key : e.user + ' ' + e.key;
        else
          return {};
      },
      entry);
}

} // namespace

/// False: it can be judged only when those before are applied.
bool room_actor_state::fits(
    const room_turn& turn, const batch_view& batch) const {
  if (std::holds_alternative<state_entry>(turn.entry) && batch.sets)
    return false;
  if (std::holds_alternative<lobby_entry>(turn.entry) && batch.is_whole)
    return false;
  if (const auto* listed = std::get_if<listing_entry>(&turn.entry))
    return !batch.claimed.contains(listed->lobby.topic);
  return batch.keys.empty() || !batch.keys.contains(key_of(turn.entry));
}

/// False: nothing is to be done, and who asked has been answered.
bool room_actor_state::admit(room_turn& turn, batch_view& batch) {
  if (const auto* joined = std::get_if<joined_entry>(&turn.entry)) {
    const bool is_gone = std::holds_alternative<std::monostate>(turn.cause)
                         && connections.of(joined->user) == 0;
    return !is_gone && admit_join(turn, batch);
  }
  if (std::holds_alternative<left_entry>(turn.entry))
    return admit_leave(turn, batch);
  if (std::holds_alternative<lobby_entry>(turn.entry))
    return admit_move(turn, batch);
  if (std::holds_alternative<listing_entry>(turn.entry))
    return admit_claim(turn, batch);
  return admit_change(turn, batch);
}

/// At this node.
bool room_actor_state::is_member(
    const std::string& user, const batch_view& batch) const {
  const auto found = batch.members.find(user);
  return found != batch.members.end() ? found->second
                                      : memory->state.has(user, life());
}

/// Whether joins and leaves will be told one by one, as far as can be said.
bool room_actor_state::expects_room(
    const batch_view& batch, std::ptrdiff_t more) const {
  const auto& state = memory->state;
  const auto members =
      static_cast<std::ptrdiff_t>(state.size()) + batch.more_members + more;
  return !state.is_large()
         && members <= static_cast<std::ptrdiff_t>(state.full_up_to());
}

bool room_actor_state::admit_join(room_turn& turn, batch_view& batch) {
  auto& entry = std::get<joined_entry>(turn.entry);
  bool goes_far = false;
  if (const auto* order = std::get_if<subscribe_order>(&turn.cause)) {
    if (core->listeners().size() + batch.subscribers
        >= core->rules().subscribers_max)
      return core->attach(*order, core->full()), false;
    if (lobby() && !lobby()->lets_watch(entry.user))
      return core->attach(
                 *order,
                 error_reply{
                     0, errc::permission_denied,
                     "only players may subscribe to " + core->name()}),
             false;
    const auto& since = order->request.since;
    const bool is_ahead = is_shared() && since
                          && since->epoch == memory->log.epoch()
                          && since->offset > memory->log.last();
    if (order->request.must_recover && since && !is_ahead && !reaches(*since))
      return core->attach(*order, core->position_lost()), false;
    if (listing()) { // has no members
      turn.appends = false;
      ++batch.subscribers;
      return true;
    }
    // The log is not known as far as another node had it: it is from this on.
    goes_far = is_ahead;
    ++batch.subscribers;
    batch.subscribing.insert(entry.user);
  }
  entry.life = life();
  const bool joins = !listing() && !is_member(entry.user, batch);
  turn.appends = joins || goes_far;
  entry.told =
      joins && !memory->state.has(entry.user) && expects_room(batch, 1);
  if (!joins)
    return true;
  batch.members[entry.user] = true;
  ++batch.more_members;
  return true;
}

/// Of a member who has not come back meanwhile.
bool room_actor_state::admit_leave(room_turn& turn, batch_view& batch) {
  auto& entry = std::get<left_entry>(turn.entry);
  const auto& user = entry.user;
  const auto& lives = memory->state.lives_of(user);
  entry.told = lives.size() <= 1 && expects_room(batch, 0);
  if (entry.life != life()) // of a node that is gone
    return memory->state.has(user, entry.life);
  if (!is_member(user, batch) || connections.of(user) > 0
      || memory->holds.holds(user) || batch.subscribing.contains(user))
    return false;
  batch.members[user] = false;
  --batch.more_members;
  return true;
}

/// Why the state can not be changed so; none: it can.
std::optional<failure> room_actor_state::why_not(const payload& patch) const {
  const auto most = core->rules().state_bytes_max;
  const auto merged = merge_patch(memory->state.document(), patch);
  if (!merged)
    return failure{errc::bad_request, "patch: a number in it is too large"};
  if (merged->size() > most)
    return failure{
        errc::limit_exceeded, "patch: the state of " + core->name()
                                  + " would be longer than "
                                  + std::to_string(most) + " bytes"};
  return std::nullopt;
}

/// A message or a change of the state.
bool room_actor_state::admit_change(room_turn& turn, batch_view& batch) {
  const auto& cause = std::get<publish_cause>(turn.cause);
  if (core->is_late(cause.arrived, batch.now))
    return false;
  const auto refused = [&](errc code, std::string why) {
    core->answer_to(cause.from, error_reply{0, code, std::move(why)});
    return false;
  };
  auto& state = memory->state;
  switch (state.judge(turn.entry, batch.stamp)) {
  case entry_effect::duplicate:
    answer(
        turn,
        {entry_effect::duplicate, state.first_of(turn.entry, batch.stamp), {}});
    return false;
  case entry_effect::conflict:
    return refused(
        errc::conflict, "if_offset: the state of " + core->name()
                            + " was changed at "
                            + std::to_string(state.document_offset()));
  default:
    break;
  }
  if (const auto* set = std::get_if<state_entry>(&turn.entry)) {
    if (const auto why = why_not(set->patch))
      return refused(why->code, why->message);
    batch.sets = true;
  }
  if (stored) // or it is applied before the next
    if (auto key = key_of(turn.entry); !key.empty())
      batch.keys.insert(std::move(key));
  return true;
}

} // namespace rookery

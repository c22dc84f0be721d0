#include "actors/room/room.hpp"
#include "base/protocol/merge_patch.hpp"

#include <algorithm>

// How a room appends to its log and applies what is stored.

namespace rookery {

namespace {

/// A leave that could not be written is tried again after this.
constexpr std::chrono::seconds late_leave_delay{1};

/// An image stands for so many entries at least, and for twice as many as it
/// has members: it costs each entry a small part of itself.
constexpr uint64_t entries_per_image = 1000;

std::size_t bytes_of(const log_entry& entry) {
  return std::visit(
      [](const auto& e) -> std::size_t {
        constexpr std::size_t around = 64;
        if constexpr (requires { e.data; })
          return around + e.data.bytes.size();
        else if constexpr (requires { e.patch; })
          return around + e.patch.bytes.size();
        else
          return around;
      },
      entry);
}

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

int64_t room_actor_state::stamp_now() const {
  using std::chrono::duration_cast, std::chrono::milliseconds;
  if (stored)
    return stored->now();
  return duration_cast<milliseconds>(core->now().time_since_epoch()).count();
}

void room_actor_state::take_turn(room_turn turn) {
  waiting_.push_back(std::move(turn));
  go_on();
}

/// Appends what waits, unless a batch is on its way: then it goes on when that
/// is stored.
void room_actor_state::go_on() {
  if (going_on_)
    return; // by a turn that caused another
  going_on_ = true;
  while (now_ == phase::serving && on_its_way_.empty()) {
    serve_blocked();
    auto batch = next_batch();
    if (!batch.empty())
      append(std::move(batch));
    else if (waiting_.empty())
      break;
  }
  going_on_ = false;
}

// -- what goes into a batch ---------------------------------------------------

std::vector<room_turn> room_actor_state::next_batch() {
  std::vector<room_turn> batch;
  if (waiting_.empty())
    return batch;
  batch_view view;
  view.stamp = stamp_now();
  view.now = core->now();
  while (!waiting_.empty() && batch.size() < batch_entries_max
         && view.bytes < batch_bytes_max && fits(waiting_.front(), view)) {
    auto turn = std::move(waiting_.front());
    waiting_.pop_front();
    if (!admit(turn, view)) {
      publish_over(turn);
      continue;
    }
    view.bytes += bytes_of(turn.entry);
    batch.push_back(std::move(turn));
    if (!stored)
      break; // it is applied before the next is judged
  }
  return batch;
}

/// With block-sender: the next may be sent once this is taken.
void room_actor_state::publish_over(const room_turn& turn) {
  if (core->blocks_senders()
      && std::holds_alternative<message_entry>(turn.entry))
    --publishing_;
}

/// False: it can be judged only when those before are applied.
bool room_actor_state::fits(
    const room_turn& turn, const batch_view& batch) const {
  if (std::holds_alternative<state_entry>(turn.entry) && batch.sets)
    return false;
  return batch.keys.empty() || !batch.keys.contains(key_of(turn.entry));
}

/// False: nothing is to be done, and who asked has been answered.
bool room_actor_state::admit(room_turn& turn, batch_view& batch) {
  if (std::holds_alternative<joined_entry>(turn.entry))
    return admit_join(turn, batch);
  if (std::holds_alternative<left_entry>(turn.entry))
    return admit_leave(turn, batch);
  return admit_change(turn, batch);
}

bool room_actor_state::is_member(
    const std::string& user, const batch_view& batch) const {
  const auto found = batch.members.find(user);
  return found != batch.members.end() ? found->second : memory->state.has(user);
}

/// Whether joins and leaves are not told one by one.
bool room_actor_state::is_large(
    const batch_view& batch, std::ptrdiff_t more) const {
  const auto members = static_cast<std::ptrdiff_t>(memory->state.size())
                       + batch.more_members + more;
  return large_
         || members > static_cast<std::ptrdiff_t>(
                core->rules().presence_full_up_to);
}

bool room_actor_state::admit_join(room_turn& turn, batch_view& batch) {
  auto& entry = std::get<joined_entry>(turn.entry);
  if (const auto* order = std::get_if<subscribe_order>(&turn.cause)) {
    if (core->listeners().size() + batch.subscribers
        >= core->rules().subscribers_max)
      return core->attach(*order, core->full()), false;
    const auto& request = order->request;
    if (request.must_recover && request.since && !reaches(*request.since))
      return core->attach(*order, core->position_lost()), false;
    ++batch.subscribers;
    batch.subscribing.insert(entry.user);
  }
  turn.appends = !is_member(entry.user, batch);
  if (!turn.appends)
    return true;
  entry.told = !is_large(batch, 1);
  batch.members[entry.user] = true;
  ++batch.more_members;
  return true;
}

/// Of a member who has not come back meanwhile.
bool room_actor_state::admit_leave(room_turn& turn, batch_view& batch) {
  auto& entry = std::get<left_entry>(turn.entry);
  const auto& user = entry.user;
  if (!is_member(user, batch) || connections.of(user) > 0
      || memory->holds.holds(user) || batch.subscribing.contains(user))
    return false;
  entry.told = !is_large(batch, 0);
  batch.members[user] = false;
  --batch.more_members;
  return true;
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
  case entry_effect::applied:
  case entry_effect::unchanged:
    break;
  }
  if (const auto* set = std::get_if<state_entry>(&turn.entry)) {
    const auto most = core->rules().state_bytes_max;
    const auto merged = merge_patch(state.document(), set->patch);
    if (!merged)
      return refused(errc::bad_request, "patch: a number in it is too large");
    if (merged->size() > most)
      return refused(
          errc::limit_exceeded, "patch: the state of " + core->name()
                                    + " would be longer than "
                                    + std::to_string(most) + " bytes");
    batch.sets = true;
  }
  if (stored) // or it is applied before the next
    if (auto key = key_of(turn.entry); !key.empty())
      batch.keys.insert(std::move(key));
  return true;
}

// -- the way into the log -----------------------------------------------------

void room_actor_state::append(std::vector<room_turn> batch) {
  journal_batch entries;
  if (stored) {
    for (const auto& turn : batch)
      if (turn.appends)
        entries.bodies.add([&](std::string& to) { encode(turn.entry, to); });
  }
  if (entries.bodies.empty()) {
    const auto stamp = stamp_now();
    for (auto& turn : batch)
      complete(turn, memory->log.last() + 1, stamp);
    return;
  }
  entries.id = ++last_batch_;
  on_its_way_ = std::move(batch);
  stored->append(
      core->name(), std::move(entries),
      [to = caf::actor_cast<topic_actor>(self),
       id = last_batch_](result<journal_receipt> receipt) {
        caf::anon_send(to, appended_notice{id, std::move(receipt)});
      });
}

void room_actor_state::on_appended(const appended_notice& notice) {
  if (notice.batch != last_batch_)
    return; // of an actor before this one
  auto batch = std::exchange(on_its_way_, {});
  if (!notice.stored) {
    for (auto turn = batch.rbegin(); turn != batch.rend(); ++turn)
      fail(*turn, notice.stored.error());
    return go_on();
  }
  const auto& receipt = *notice.stored;
  memory->journal_reaches = receipt.reaches;
  std::size_t next = 0;
  for (auto& turn : batch) {
    const auto offset = turn.appends ? receipt.offsets.at(next++) : 0;
    complete(turn, offset, receipt.stamp);
  }
  const auto entries = memory->log.last() - memory->image_at;
  if (entries
      >= std::max<uint64_t>(entries_per_image, 2 * memory->state.size()))
    save_image();
  go_on();
}

/// The turn's entry is in the log: applies it, tells it, answers.
void room_actor_state::complete(
    room_turn& turn, uint64_t offset, int64_t stamp) {
  auto& log = memory->log;
  const auto newest_before = log.last();
  if (turn.appends) {
    const bool changes_members =
        !std::holds_alternative<publish_cause>(turn.cause);
    publish_over(turn);
    auto change = memory->state.apply(std::move(turn.entry), offset, stamp);
    if (change.told) {
      const auto& event = log.append(*std::move(change.told), offset, stamp);
      tell(event, std::get_if<publish_cause>(&turn.cause));
    } else {
      log.skip(offset);
    }
    if (changes_members) {
      if (!change.told && change.effect == entry_effect::applied)
        count_members_later();
      watch_size();
    }
    answer(turn, change);
  }
  if (const auto* order = std::get_if<subscribe_order>(&turn.cause))
    attach(*order, newest_before);
}

/// Tells all listeners what the log has just taken.
void room_actor_state::tell(
    const room_event& event, const publish_cause* cause) {
  std::visit(
      [&](const auto& one) {
        if (cause)
          core->deliver(one, *one.offset, cause->arrived, cause->tag);
        else
          core->deliver(one, *one.offset);
      },
      event);
}

void room_actor_state::answer(
    const room_turn& turn, const room_change& change) {
  const auto* cause = std::get_if<publish_cause>(&turn.cause);
  if (!cause)
    return;
  if (change.effect == entry_effect::conflict)
    return core->answer_to(
        cause->from,
        error_reply{
            0, errc::conflict,
            "if_offset: the state of " + core->name() + " was changed"});
  core->time_publish(cause->arrived);
  published_reply reply;
  reply.at = {memory->log.epoch(), change.offset};
  core->answer_to(cause->from, std::move(reply));
}

/// The journal did not take the turn's entry. What needed none is judged again:
/// it may have relied on one that failed.
void room_actor_state::fail(room_turn& turn, const failure& why) {
  const error_reply refusal{0, why.code, why.message};
  if (!turn.appends) {
    turn.appends = true;
    waiting_.push_front(std::move(turn));
  } else if (const auto* cause = std::get_if<publish_cause>(&turn.cause)) {
    publish_over(turn);
    core->answer_to(cause->from, refusal);
  } else if (const auto* order = std::get_if<subscribe_order>(&turn.cause)) {
    core->attach(*order, refusal);
  } else {
    late_.push_back(std::move(turn));
    late_due_ = core->now() + late_leave_delay;
    remind_again();
  }
}

void room_actor_state::save_image() {
  const auto at = memory->log.last();
  if (at == memory->image_at)
    return;
  memory->image_at = at;
  journal_image image{at, {}};
  encode(memory->state.image(), image.body);
  // The journal says when it can not; the next image is better anyway.
  stored->save(core->name(), std::move(image), [](const result<uint64_t>&) {});
}

} // namespace rookery

#include "actors/room/room.hpp"

#include <algorithm>

// How a room appends to its log and applies what is stored.

namespace rookery {

namespace {

/// A leave that could not be written is tried again after this.
constexpr std::chrono::seconds late_leave_delay{1};

/// An image stands for about so many entries at least, and for twice as many as
/// it has members: it costs each entry a small part of itself.
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

/// Who was sent to the lobby is on the list by now, or it is listed no longer.
void note_match(
    matchmaker& matches, const listing_state& list, const std::string& lobby) {
  const auto* row = list.find(lobby);
  if (row && row->lobby.phase == listing_phase::opening)
    return; // its seats are promised still
  matches.note(lobby, row && row->is_listed() ? &row->lobby : nullptr);
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

/// Who gets a seat is a member with it: a node that had the seat without him
/// would hold it for somebody who is gone.
std::optional<room_turn>
room_actor_state::who_comes(const room_turn& turn) const {
  const auto* move = std::get_if<lobby_entry>(&turn.entry);
  const auto* cause = std::get_if<move_cause>(&turn.cause);
  if (!move || !cause || !gives_seat(move->move))
    return std::nullopt;
  return room_turn{
      joined_entry{move->user, shown_info(*cause->who.user), true, life()}, {}};
}

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
    view.appends = view.appends || turn.appends;
    auto comes = who_comes(turn);
    const bool is_new = comes && is_shared() && expects_telling(turn.entry);
    batch.push_back(std::move(turn));
    if (comes) // and does not leave with the same batch
      view.subscribing.insert(std::get<joined_entry>(comes->entry).user);
    if (is_new && admit_join(*comes, view) && comes->appends)
      batch.push_back(*std::move(comes));
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
    batch.clear();
    return after_changes(true);
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
  if (!notice.stored)
    return fail_batch(notice.stored.error());
  const auto& receipt = *notice.stored;
  memory->journal_reaches = receipt.reaches;
  if (!is_shared()) // or it was news before
    complete_batch(receipt.offsets, receipt.stamp);
  go_on();
}

/// The batch that was on its way is stored, and all before it is applied.
void room_actor_state::complete_batch(
    const std::vector<uint64_t>& offsets, int64_t stamp) {
  auto batch = std::exchange(on_its_way_, {});
  const auto entries_before = memory->state.entries();
  std::size_t next = 0;
  const auto in_between = std::exchange(going_on_, true); // none is judged
  for (auto& turn : batch)
    complete(turn, turn.appends ? offsets.at(next++) : 0, stamp);
  going_on_ = in_between;
  // Of all nodes the one that appends each thousandth entry saves an image.
  const auto entries = memory->state.entries();
  if (entries / entries_per_image != entries_before / entries_per_image
      && entries - memory->image_entries >= 2 * memory->state.size())
    save_image();
  batch.clear();
  after_changes(true);
}

/// The turn's entry is in the log: applies it, tells it, answers.
void room_actor_state::complete(
    room_turn& turn, uint64_t offset, int64_t stamp) {
  const auto newest_before = memory->log.last();
  if (std::holds_alternative<lobby_entry>(turn.entry)) {
    if (!turn.appends)
      return settle_move(turn, nullptr);
    const auto change = take_in(turn.entry, offset, stamp, nullptr);
    return settle_move(turn, &change);
  }
  if (turn.appends) {
    publish_over(turn);
    const auto change = take_in(
        std::move(turn.entry), offset, stamp,
        std::get_if<publish_cause>(&turn.cause));
    answer(turn, change);
  }
  if (const auto* order = std::get_if<subscribe_order>(&turn.cause))
    attach(*order, newest_before);
}

/// Applies what stands in the log, and tells it.
room_change room_actor_state::take_in(
    log_entry entry, uint64_t offset, int64_t stamp,
    const publish_cause* cause) {
  auto& log = memory->log;
  const auto* listed = std::get_if<listing_entry>(&entry);
  const auto lobby = listed && matches_ ? listed->lobby.topic : std::string{};
  auto change = memory->state.apply(std::move(entry), offset, stamp);
  if (!lobby.empty() && change.effect == entry_effect::applied)
    note_match(*matches_, *listing(), lobby);
  if (change.told)
    tell(log.append(*std::move(change.told), offset, stamp), cause);
  else
    log.skip(offset);
  if (change.members && !change.told)
    count_members_later();
  if (change.became_small)
    core->deliver_passing(snapshot());
  return change;
}

/// Tells all listeners what the log has just taken.
void room_actor_state::tell(
    const room_event& event, const publish_cause* cause) {
  const auto told = memory->log.told();
  std::visit(
      [&](const auto& one) {
        if (cause)
          core->deliver(one, *one.offset, cause->arrived, cause->tag, told);
        else
          core->deliver(one, *one.offset, told);
      },
      event);
}

void room_actor_state::answer(
    const room_turn& turn, const room_change& change) {
  if (const auto* claim = std::get_if<claim_cause>(&turn.cause))
    self->send(claim->answer_to, claim_notice{claim->question, {}});
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

void room_actor_state::fail_batch(const failure& why) {
  auto batch = std::exchange(on_its_way_, {});
  for (auto turn = batch.rbegin(); turn != batch.rend(); ++turn)
    fail(*turn, why);
  batch.clear();
  after_changes(false); // what is due is tried again later, not at once
  go_on();
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
  } else if (const auto* move = std::get_if<move_cause>(&turn.cause)) {
    core->answer_to(move->from, refusal);
  } else if (const auto* claim = std::get_if<claim_cause>(&turn.cause)) {
    self->send(
        claim->answer_to,
        claim_notice{claim->question, tl::make_unexpected(why)});
  } else if (std::holds_alternative<tend_cause>(turn.cause)) {
    tended(nullptr);
  } else {
    late_.push_back(std::move(turn));
    late_due_ = core->now() + late_leave_delay;
    remind_again();
  }
}

void room_actor_state::save_image() {
  const auto entries = memory->state.entries();
  if (entries == memory->image_entries)
    return;
  memory->image_entries = entries;
  journal_image image{memory->log.last(), {}};
  encode(memory->state.image(), image.body);
  // The journal says when it can not; the next image is better anyway.
  stored->save(core->name(), std::move(image), [](const result<uint64_t>&) {});
}

} // namespace rookery

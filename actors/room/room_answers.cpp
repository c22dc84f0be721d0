#include "actors/room/room.hpp"
#include "cluster/journal/fingerprint.hpp"

#include <algorithm>

// What a room answers from its log: replays, history, who is there. The ring
// in memory has the newest part, the journal the rest.

namespace rookery {

namespace {

/// Messages in one answer to `history`, and members in one to `presence`.
constexpr std::size_t history_reply_max = 1000;
constexpr std::size_t presence_reply_max = 1000;
/// Lobbies in a snapshot of a listing.
constexpr std::size_t list_reply_max = 1000;

constexpr uint64_t history_page_entries = 256;

/// A replay that could not be read is tried again after this.
constexpr std::chrono::seconds late_replay_delay{1};

} // namespace

/// Asks the journal; `then` is called within this actor.
void room_actor_state::read(const journal_range& range, on_page then) {
  const auto question = ++last_question_;
  questions_.emplace(question, std::move(then));
  stored->read(
      core->name(), range,
      [to = caf::actor_cast<topic_actor>(self),
       question](result<journal_page> page) {
        caf::anon_send(to, found_entries{question, std::move(page)});
      });
}

void room_actor_state::on_found(const found_entries& found) {
  auto question = questions_.extract(found.question);
  if (!question)
    return; // of the actor before
  if (found.page)
    memory->journal_reaches = found.page->reaches;
  question.mapped()(found.page);
}

// -- replays ------------------------------------------------------------------

void room_actor_state::serve(const replay_order& order) {
  memory->log.expire(stamp_now());
  const auto& log = memory->log;
  const auto after = order.after;
  const bool in_journal =
      stored && after >= memory->journal_floor() && after < log.last();
  if (!log.reaches(after) && in_journal
      && !replays->find(after, order.who.form, log.last())) {
    to_read_[after].by.push_back(order);
    return read_for_replays();
  }
  hand_out(order);
}

/// What follows, from the ring or from a part that was made lately; else a
/// snapshot.
void room_actor_state::hand_out(const replay_order& order) {
  const auto& log = memory->log;
  const auto after = order.after;
  replay_chunk chunk;
  chunk.last = chunk.newest = log.last();
  chunk.told = log.told();
  if (after != log.last()) { // what is greater is of an older log
    const auto* part = log.reaches(after)
                           ? &replays->after(after, order.who.form, log)
                           : replays->find(after, order.who.form, log.last());
    if (part) {
      chunk.events = part->events;
      chunk.last = part->last;
      chunk.told = log.number_after(part->last);
      chunk.source =
          log.reaches(after) ? replay_source::ring : replay_source::journal;
    } else {
      chunk.events = snapshot_frame(order.who.form);
      chunk.source = replay_source::snapshot;
    }
  }
  core->replay(order, std::move(chunk));
}

/// Those who want the same part wait for one read.
void room_actor_state::read_for_replays() {
  for (auto& [after, wanted] : to_read_) {
    if (replay_reads_ >= journal_reads_max)
      return;
    if (std::exchange(wanted.asked, true))
      continue;
    ++replay_reads_;
    const auto& limits = replays->limits();
    const journal_range range{
        after,
        // Those that follow each other ask for the same parts, where offsets
        // have no holes.
        is_shared() ? memory->log.last()
                    : std::min(memory->log.last(), replays->block_end(after)),
        limits.events_max, limits.bytes_max, false};
    read(range, [this, range](result<journal_page> page) {
      replay_from(range, std::move(page));
    });
  }
}

void room_actor_state::replay_from(
    const journal_range& range, result<journal_page> page) {
  --replay_reads_;
  auto wanted = std::move(to_read_.extract(range.after).mapped().by);
  if (!page && is_shared()) { // it is away, and comes back with all
    late_replays_.insert(late_replays_.end(), wanted.begin(), wanted.end());
    late_replays_due_ = core->now() + late_replay_delay;
    remind_again();
    return read_for_replays();
  }
  std::vector<room_event> events;
  auto end = range.through;
  // What is not whole is answered by a snapshot.
  bool whole = page && page->reaches <= range.after;
  if (whole && !page->complete)
    end = page->records.empty() ? range.after : page->records.back().offset;
  whole = whole && end > range.after;
  for (std::size_t i = 0; whole && i < page->records.size(); ++i) {
    const auto& record = page->records[i];
    auto entry = decode_entry(record.body);
    whole = entry.has_value();
    if (!whole)
      break;
    if (auto told = memory->state.told_then(*std::move(entry), record.offset))
      events.push_back(*std::move(told));
  }
  for (const auto& order : wanted) {
    if (whole && !replays->find(range.after, order.who.form, 0))
      replays->after(range.after, order.who.form, events, end);
    hand_out(order);
  }
  read_for_replays();
}

// -- history ------------------------------------------------------------------

struct room_actor_state::history_walk {
  asker from;
  bool reverse;   // as the client wants to see them
  bool backwards; // as they are looked at
  uint64_t after;
  uint64_t through; // what is left to look at is behind `after`, up to this
  std::size_t most;
  std::size_t bytes_left;
  history_reply reply;

  /// False: there are enough.
  bool add(const room_event& event) {
    const auto* message = std::get_if<message_event>(&event);
    const auto bytes = bytes_of(event);
    if (reply.messages.size() >= most
        || (message && !reply.messages.empty() && bytes > bytes_left))
      return false;
    if (message) {
      bytes_left -= std::min(bytes_left, bytes);
      reply.messages.push_back(*message);
    }
    return reply.messages.size() < most;
  }
};

/// The messages after `since`, or the newest, oldest first unless reversed.
void room_actor_state::serve(const history_order& order) {
  memory->log.expire(stamp_now());
  const auto& log = memory->log;
  const auto& request = order.request;
  if (request.since && !reaches(*request.since))
    return core->answer_to(order.from, core->position_lost());
  auto walk = std::make_shared<history_walk>();
  walk->from = order.from;
  walk->reverse = request.reverse;
  // Without `since` the newest are wanted, and so they are when reversed.
  walk->backwards = request.reverse || !request.since;
  walk->after = request.since ? request.since->offset
                : stored      ? memory->journal_floor()
                              : log.floor();
  walk->through = log.last();
  walk->most = std::min<std::size_t>(request.limit, history_reply_max);
  walk->bytes_left = core->node().settings.connection.outbox_bytes_max / 4;
  walk->reply.newest = log.newest();
  bool more = walk->most > 0;
  if (walk->backwards || log.reaches(walk->after)) {
    const auto first = log.number_after(walk->after);
    const auto count = log.first() + log.size() - first;
    for (uint64_t i = 0; more && i < count; ++i)
      more =
          walk->add(log[walk->backwards ? first + count - 1 - i : first + i]);
    walk->through = std::min(walk->through, log.floor());
  }
  if (!more || walk->through <= walk->after || !stored)
    walk->through = walk->after; // nothing is left to look at
  read_history(std::move(walk));
}

/// Goes on in the journal, or answers.
void room_actor_state::read_history(std::shared_ptr<history_walk> walk) {
  if (walk->through <= walk->after) {
    if (walk->backwards && !walk->reverse)
      std::reverse(walk->reply.messages.begin(), walk->reply.messages.end());
    return core->answer_to(walk->from, std::move(walk->reply));
  }
  const journal_range range{
      walk->after, walk->through, history_page_entries, walk->bytes_left + 1,
      walk->backwards};
  read(range, [this, walk](result<journal_page> page) {
    if (!page)
      return core->answer_to(
          walk->from, error_reply{0, page.error().code, page.error().message});
    bool more = !page->complete && !page->records.empty();
    for (const auto& record : page->records) {
      auto entry = decode_entry(record.body);
      if (!entry)
        return core->answer_to(
            walk->from,
            error_reply{
                0, errc::internal,
                "the entry at " + std::to_string(record.offset)
                    + " can not be used: " + entry.error().message});
      auto told = memory->state.told_then(*std::move(entry), record.offset);
      if (told && !walk->add(*told)) {
        more = false;
        break;
      }
    }
    if (!more)
      walk->through = walk->after;
    else if (walk->backwards)
      walk->through = page->records.back().offset - 1;
    else
      walk->after = page->records.back().offset;
    read_history(walk);
  });
}

// -- who is there -------------------------------------------------------------

void room_actor_state::serve(const presence_order& order) {
  const auto& request = order.request;
  const auto most =
      std::clamp<std::size_t>(request.limit, 1, presence_reply_max);
  presence_reply reply;
  reply.members = members(request.after, most + 1);
  if (reply.members.size() > most) {
    reply.members.pop_back();
    reply.next = reply.members.back().user;
  }
  reply.count = memory->state.size();
  core->answer_to(order.from, std::move(reply));
}

/// Costs as much as the state is large: for operators and tests.
void room_actor_state::serve(const room_state_order& order) {
  std::string image;
  encode(memory->state.image(), image);
  room_state_reply reply;
  reply.at = memory->log.newest();
  reply.entries = memory->state.entries();
  reply.members = memory->state.size();
  reply.hash = fingerprint(image);
  core->answer_to(order.from, std::move(reply));
}

std::vector<member>
room_actor_state::members(const std::string& after, std::size_t most) const {
  auto page = memory->state.members(after, most);
  for (auto& one : page) {
    one.connections = connections_of(one.user);
    one.held = is_held(one.user);
  }
  return page;
}

snapshot_event room_actor_state::snapshot() const {
  snapshot_event event;
  event.topic = core->name();
  event.at = memory->log.newest();
  event.count = memory->state.size();
  if (listing()) {
    event.listing = listing()->page(
        lobby_query{lobby_filter{}}, {}, list_reply_max, SIZE_MAX);
    return event;
  }
  if (lobby())
    event.lobby = lobby()->view();
  if (!memory->state.is_large())
    event.members = members({}, event.count);
  if (const auto& document = memory->state.document(); !document.empty())
    event.state = payload{encoding::json, document};
  return event;
}

frame room_actor_state::snapshot_frame(frame_form form) {
  const auto newest = memory->log.last();
  if (snapshot_at_ != newest)
    snapshot_frames_ = {};
  snapshot_at_ = newest;
  auto& one = snapshot_frames_[form];
  if (!one)
    one = frame_encoder::of_this_thread().make(
        snapshot(), form, core->node().settings.websocket.compression);
  return one;
}

} // namespace rookery

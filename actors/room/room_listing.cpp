#include "actors/lobby/lobby_topics.hpp"
#include "actors/room/room.hpp"
#include "base/hex.hpp"

#include <algorithm>

// A room that is the list of the lobbies below a prefix. Who subscribes is no
// member; its entries are what lobbies claim.

namespace rookery {

namespace {

constexpr std::size_t list_reply_max = 1000;
/// Lobbies that one call looks at, if few of them fit.
constexpr std::size_t list_visits_max = 10'000;

/// Lobbies that are woken in one go, and the pause after it.
constexpr std::size_t wakes_max = 100;
constexpr std::chrono::milliseconds wake_pause{100};
/// Who was woken has said so by then.
constexpr std::chrono::seconds wake_again{3};

constexpr std::chrono::milliseconds match_wait_max{60'000};
constexpr std::size_t new_name_bytes = 6;

} // namespace

// -- entries ------------------------------------------------------------------

void room_actor_state::ask(
    const lobby_order&, const lobby_order::claim& claim) {
  if (!listing())
    return;
  take_turn(
      {listing_entry{true, listing_change::changed, claim.lobby},
       claim_cause{claim.answer_to, claim.question}});
}

/// What the list has already is not said again, as long as somebody is there
/// who answers for it.
bool room_actor_state::admit_claim(room_turn& turn, batch_view& batch) {
  auto& entry = std::get<listing_entry>(turn.entry);
  const auto& lobby = entry.lobby;
  const auto& list = *listing();
  const auto done = [&](result<void> what) {
    const auto& to = std::get<claim_cause>(turn.cause);
    self->send(to.answer_to, claim_notice{to.question, std::move(what)});
    return false;
  };
  const auto* row = list.find(lobby.topic);
  const bool is_kept = row
                       && (row->lobby.life == lobby.life
                           || core->node().is_alive(row->lobby.life));
  const bool is_closed = lobby.phase == listing_phase::closed;
  if ((!row && is_closed) || (is_kept && same_on_lists(row->lobby, lobby))
      || !list.judge(entry))
    return done({});
  if (!row && list.rows().size() >= core->rules().lobby.listed_max)
    return done(rookery::refuse(
        errc::limit_exceeded, core->name() + " has all that it may have"));
  const bool is_listed = lobby.phase == listing_phase::open;
  const bool was_listed = row && row->is_listed();
  entry.told = is_listed || was_listed;
  entry.change = !is_listed   ? listing_change::closed
                 : was_listed ? listing_change::changed
                              : listing_change::created;
  batch.claimed.insert(lobby.topic);
  return true;
}

// -- questions ----------------------------------------------------------------

void room_actor_state::ask(
    const lobby_order& order, const lobby_list_request& request) {
  if (!listing())
    return;
  lobby_list_reply reply;
  reply.listing = listing()->page(
      lobby_query{request.filter}, request.after,
      std::clamp<std::size_t>(request.limit, 1, list_reply_max),
      list_visits_max);
  reply.at = memory->log.newest();
  core->answer_to(order.from, std::move(reply));
}

void room_actor_state::ask(
    const lobby_order& order, const lobby_match_request& request) {
  if (!listing())
    return;
  if (!matches_)
    matches_.emplace([] { return random_hex(new_name_bytes); });
  const auto wait = std::min<std::chrono::milliseconds>(
      std::chrono::milliseconds{request.wait_ms}, match_wait_max);
  const auto until = order.arrived + wait;
  const bool is_taken = matches_->add(
      {order.from, lobby_query{request.filter}, request, until,
       until + remote_share(core->node().settings.supervisor.request_timeout)});
  if (!is_taken)
    return core->answer_to(
        order.from,
        error_reply{0, errc::not_available, "too many wait for a match"});
  match();
}

void room_actor_state::ask(
    const lobby_order& order, const lobby_order::cancel& cancel) {
  const asker from{order.from.actor, cancel.serial};
  if (matches_ && matches_->cancel(from))
    core->answer_to(
        from, error_reply{0, errc::not_available, "the match was cancelled"});
}

void room_actor_state::match() {
  match_due_ = steady_time::max();
  if (!matches_ || now_ != phase::serving)
    return;
  for (auto& one : matches_->decide(*listing(), core->now()))
    if (one.pick)
      core->answer_to(one.to, *std::move(one.pick));
    else
      core->answer_to(
          one.to,
          error_reply{0, errc::not_available, "no lobby was open in time"});
  match_due_ = matches_->next_due(core->now()).value_or(steady_time::max());
  remind_again();
}

// -- lobbies that nobody answers for ------------------------------------------

/// It has all of a class: one listing has to look for what is lost.
bool room_actor_state::is_root() const {
  if (!listing())
    return false;
  const auto all = core->node().lobbies().roots();
  return std::find(all.begin(), all.end(), core->name()) != all.end();
}

/// Lobbies of nodes that are gone, and those that this node had before, have to
/// be opened by somebody: they may have changed, or be over.
void room_actor_state::look_for_lost() {
  if (!is_root() || now_ != phase::serving)
    return;
  woken_up_to_.clear();
  const auto due = core->now() + core->node().rank() * rank_delay;
  wake_due_ = std::min(wake_due_, due);
  remind_again();
}

void room_actor_state::wake_lost() {
  wake_due_ = steady_time::max();
  if (!core->node().sees_others()) {
    wake_due_ = core->now() + wake_again;
    return;
  }
  const auto& rows = listing()->rows();
  std::size_t woken = 0;
  auto one = rows.upper_bound(woken_up_to_);
  for (; one != rows.end() && woken < wakes_max; ++one) {
    const auto of = one->second.lobby.life;
    const bool is_lost = of == life() ? wakes_own_ : !core->node().is_alive(of);
    woken_up_to_ = one->first;
    if (!is_lost)
      continue;
    ++woken;
    lobby_order order;
    order.arrived = core->now();
    order.what = lobby_order::wake{};
    self->send(
        core->node().fanouts.front(), ask_order{one->first, std::move(order)});
  }
  if (one != rows.end()) {
    wake_due_ = core->now() + wake_pause;
    return;
  }
  wakes_own_ = false;
  woken_up_to_.clear();
  if (woken > 0) // they should be somebody's by then
    wake_due_ = core->now() + wake_again;
}

} // namespace rookery

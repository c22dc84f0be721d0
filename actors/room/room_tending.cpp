#include "actors/lobby/lobby_topics.hpp"
#include "actors/room/room.hpp"

#include <caf/send.hpp>

#include <algorithm>

// What a lobby needs beside what its players do: seats that are held and
// released, a start when all are ready, an end; and that the listings have it
// as it is. Each node that has the lobby may do it, and it comes to something
// once: the node whose entry made it necessary does it at once, and others by
// rank, if it was not done.

namespace rookery {

namespace {

/// What came to nothing, or failed, is tried again after this.
constexpr std::chrono::seconds again_delay{1};

} // namespace

/// After entries were applied. `is_own`: this node appended them.
void room_actor_state::after_changes(bool is_own) {
  if (lobby()) {
    unseat_those_without();
    tend(is_own);
    tell_listings(is_own);
  }
  if (listing())
    match();
}

void room_actor_state::tend(bool is_own) {
  if (tending_ || now_ != phase::serving)
    return;
  const auto now = stamp_now();
  const auto is_here = [this](const std::string& user) {
    return memory->state.has(user) || connections.of(user) > 0;
  };
  const auto plays_here = [this](const std::string& user) {
    const auto is_his = [&user](const auto& one) {
      return one.second.user->user == user;
    };
    return memory->state.has(user, life())
           && std::any_of(players_.begin(), players_.end(), is_his);
  };
  auto entry = lobby()->back(plays_here);
  if (entry)
    is_own = true; // nobody else does it
  else
    entry = lobby()->due(now, is_here);
  const auto later = core->node().rank() * rank_delay;
  if (!entry) {
    const auto next = lobby()->next_due();
    tend_due_ = steady_time::max();
    if (next) // what was due by now, and was not done, is looked at again
      tend_due_ = core->now() + later
                  + (*next > now ? std::chrono::milliseconds{*next - now}
                                 : again_delay);
    return remind_again();
  }
  if (!is_own) {
    tend_due_ = std::min(tend_due_, core->now() + later + rank_delay);
    return remind_again();
  }
  tend_due_ = steady_time::max();
  tending_ = true;
  entry->at = core->node().wall_clock_ms();
  take_turn({*std::move(entry), tend_cause{}});
}

void room_actor_state::do_what_is_due(steady_time now) {
  if (lobby() && tend_due_ <= now) {
    tend_due_ = steady_time::max();
    tend(true);
  }
  if (lobby() && listing_due_ <= now) {
    listing_due_ = steady_time::max();
    tell_listings(true);
  }
  if (wake_due_ <= now)
    wake_lost();
  if (match_due_ <= now)
    match();
}

/// What this node did has its place, or failed.
void room_actor_state::tended(const room_change* change) {
  tending_ = false;
  if (change && change->effect == entry_effect::applied)
    return; // after_changes looks what is next
  tend_due_ = std::min(tend_due_, core->now() + again_delay);
  remind_again();
}

// -- listings -----------------------------------------------------------------

listed_lobby room_actor_state::as_listed() const {
  const auto& is = *lobby();
  listed_lobby one;
  one.topic = core->name();
  one.epoch = memory->log.epoch();
  one.at = memory->log.last();
  one.life = life();
  if (!is.exists()) {
    one.phase = listing_phase::closed;
    return one;
  }
  const auto& rules = is.rules();
  one.phase = is.started() || rules.is_private ? listing_phase::hidden
                                               : listing_phase::open;
  one.seats = rules.seats;
  one.taken = static_cast<uint32_t>(is.taken());
  one.locked = !rules.password.empty();
  one.info = rules.info;
  return one;
}

void room_actor_state::tell_listings(bool is_own) {
  if (now_ != phase::serving || !creating_.expired())
    return;
  const auto now = as_listed();
  if (told_listings_ && now.life == told_listings_->life
      && same_on_lists(now, *told_listings_))
    return;
  if (!is_own) {
    const auto later = core->node().rank() * rank_delay;
    listing_due_ = std::min(listing_due_, core->now() + later + again_delay);
    return remind_again();
  }
  listing_due_ = steady_time::max();
  told_listings_ = now;
  keeps_listed_ = lobby()->exists();
  claim(now, ++last_question_);
}

/// The way to a listing is that of all orders of no connection.
void room_actor_state::claim(const listed_lobby& lobby, uint64_t question) {
  for (auto& listing : listings_of(core->name(), core->rules().match)) {
    lobby_order order;
    order.arrived = core->now();
    order.what =
        lobby_order::claim{lobby, caf::actor_cast<topic_actor>(self), question};
    self->send(
        core->node().fanouts.front(),
        ask_order{std::move(listing), std::move(order)});
  }
}

/// Before a lobby is created the listings know that it may be, so that whoever
/// is left looks for it, should this node end in between.
void room_actor_state::announce(room_turn turn) {
  const auto missing = listings_of(core->name(), core->rules().match).size();
  if (missing == 0)
    return take_turn(std::move(turn));
  std::erase_if(announced_, [this](const auto& one) {
    const auto& cause = std::get<move_cause>(one.second->turn.cause);
    return core->is_late(cause.arrived, core->now());
  });
  auto coming = as_listed();
  coming.phase = listing_phase::opening;
  coming.epoch.clear();
  const auto question = ++last_question_;
  const auto mark = std::make_shared<const bool>(true);
  std::get<move_cause>(turn.cause).announced = mark;
  creating_ = mark;
  announced_[question] =
      std::make_shared<announcement>(announcement{std::move(turn), missing});
  told_listings_.reset();
  claim(coming, question);
}

void room_actor_state::on_claimed(const claim_notice& notice) {
  const auto found = announced_.find(notice.question);
  if (found == announced_.end()) {
    if (notice.done)
      return;
    told_listings_.reset();
    listing_due_ = std::min(listing_due_, core->now() + again_delay);
    return remind_again();
  }
  auto& waits = *found->second;
  if (!notice.done) {
    const auto& cause = std::get<move_cause>(waits.turn.cause);
    const auto& why = notice.done.error();
    core->answer_to(cause.from, error_reply{0, why.code, why.message});
    announced_.erase(found);
    return;
  }
  if (--waits.missing > 0)
    return;
  auto turn = std::move(waits.turn);
  announced_.erase(found);
  take_turn(std::move(turn));
  if (creating_.expired()) // it is done, or nothing came of it
    after_changes(true);
}

void room_actor_state::ask(const lobby_order&, const lobby_order::wake&) {
  if (!lobby())
    return;
  told_listings_.reset();
  after_changes(true);
}

} // namespace rookery

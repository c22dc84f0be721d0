#include "actors/room/room.hpp"
#include "base/log.hpp"

#include <algorithm>

// A room whose log other nodes append to as well: what they append, and what
// becomes of members whose node is gone.

namespace rookery {

// -- news ---------------------------------------------------------------------

void room_actor_state::follow() {
  early_news_.clear();
  ++opening_;
  if (is_shared())
    stored->follow(
        core->name(), [to = caf::actor_cast<topic_actor>(self),
                       opening = opening_](result<journal_news> news) {
          caf::anon_send(to, news_notice{opening, std::move(news)});
        });
}

void room_actor_state::on_news(news_notice& notice) {
  if (notice.opening != opening_)
    return;
  if (!notice.news)
    return lose_sight(notice.news.error());
  if (now_ == phase::serving) {
    take_news(*notice.news);
    return go_on();
  }
  if (early_news_.size() == news_max)
    return lose_sight({errc::not_available, "more is news than is read"});
  early_news_.push_back(*std::move(notice.news));
}

void room_actor_state::take_news(const journal_news& news) {
  notice_own_life();
  const auto& records = news.records;
  if (records.back().offset <= memory->log.last())
    return; // it was read already
  if (news.batch == 0 || news.batch != last_batch_ || on_its_way_.empty()) {
    const auto in_between = std::exchange(going_on_, true); // none is judged
    for (const auto& record : records)
      take_foreign(record, news.batch != 0);
    going_on_ = in_between;
    return after_changes(false);
  }
  std::vector<uint64_t> offsets;
  offsets.reserve(records.size());
  for (const auto& record : records)
    offsets.push_back(record.offset);
  complete_batch(offsets, records.front().stamp);
}

/// `own`: this node appended it, and took it for refused.
void room_actor_state::take_foreign(const journal_record& record, bool own) {
  auto& log = memory->log;
  if (record.offset <= log.last())
    return;
  auto entry = decode_entry(record.body);
  if (!entry) { // of a later version, perhaps: it changes nothing here
    log::error(
        "room.entry_unreadable",
        {{"topic", core->name()}, {"why", entry.error().message}});
    return log.skip(record.offset);
  }
  const auto* joined = std::get_if<joined_entry>(&*entry);
  const auto* left = std::get_if<left_entry>(&*entry);
  const auto user = joined ? joined->user : left ? left->user : std::string{};
  const auto of = joined ? joined->life : left ? left->life : 0;
  const bool came = joined, went = left;
  take_in(*std::move(entry), record.offset, record.stamp, nullptr);
  if (came)
    return on_came(user, of);
  if (!went || of != life() || connections.of(user) == 0)
    return;
  if (own) // he came back before it was stored
    return come_back();
  // Others gave this node up. With its next life, which it should hear of, all
  // who are here join again.
  come_back_due_ =
      core->now() + 2 * core->node().settings.cluster.failure_timeout;
  remind_again();
}

/// An entry that no turn of this room waits for says that the user joined.
void room_actor_state::on_came(const std::string& user, uint64_t of) {
  if (of == life()) { // it was refused for being late, and is there after all
    if (connections.of(user) == 0 && !memory->holds.holds(user))
      hold_or_leave(user);
    return;
  }
  if (memory->holds.take_back(user)) // held here no longer
    leave(user, "closed");
  const auto& node = core->node();
  if (!node.is_alive(of)) // its last word
    watch_life(of, node.settings.cluster.failure_timeout);
}

void room_actor_state::lose_sight(const failure& why) {
  log::warn("room.lost_sight", {{"topic", core->name()}, {"why", why.message}});
  open(); // first, so that nothing is appended meanwhile
  fail_batch(why);
}

// -- another log --------------------------------------------------------------

/// What they had is of the log before.
void room_actor_state::reset_listeners() {
  if (core->listeners().empty())
    return;
  for (const auto& thread : core->node().fanouts)
    self->send(thread, reset_order{core->identity()});
}

/// Who is here and no member, with the life that this node has now, joins.
void room_actor_state::come_back() {
  come_back_due_ = steady_time::max();
  for (const auto& [user, here] : connections.all())
    if (!memory->state.has(user, life()))
      take_turn({joined_entry{user, here.info, true, life()}, {}});
}

// -- lives --------------------------------------------------------------------

/// This node sent him away. He is not gone, however short members are held: he
/// is with another node, or on his way there.
void room_actor_state::leave_for_elsewhere(const std::string& user) {
  const std::chrono::milliseconds at_least = core->node().departure_hold;
  if (at_least.count() > 0 && is_elsewhere(user))
    leave(user, "closed");
  else
    hold_or_leave(user, at_least);
}

/// With another node that is there.
bool room_actor_state::is_elsewhere(const std::string& user) const {
  const auto& lives = memory->state.lives_of(user);
  return std::any_of(lives.begin(), lives.end(), [&](uint64_t one) {
    return one != life() && !gone_.contains(one) && core->node().is_alive(one);
  });
}

void room_actor_state::on_gone(const gone_order& order) {
  notice_own_life();
  look_for_lost();
  if (now_ == phase::serving && !memory->state.members_at(order.life).empty())
    watch_life(order.life, order.hold_at_least);
}

/// Others may have taken this node for gone; users who are here join anew, and
/// then leave with the life that is over.
void room_actor_state::notice_own_life() {
  const auto before = std::exchange(own_life_, life());
  if (before == own_life_ || now_ != phase::serving)
    return;
  come_back();
  watch_life(before, std::chrono::milliseconds{0});
}

/// Members of a node that is gone are held as if they had dropped here.
void room_actor_state::watch_life(
    uint64_t life, std::chrono::milliseconds at_least) {
  const auto hold = std::max(core->rules().presence_hold, at_least);
  gone_.try_emplace(
      life, core->now() + hold + core->node().rank() * rank_delay);
  remind_again();
}

void room_actor_state::end_lives() {
  for (auto one = gone_.begin(); one != gone_.end();) {
    const auto [life, due] = *one;
    if (due > core->now()) {
      ++one;
      continue;
    }
    if (!core->node().sees_others()) { // who can say?
      one->second = core->now() + core->node().settings.cluster.failure_timeout;
      ++one;
      continue;
    }
    one = gone_.erase(one);
    if (core->node().is_alive(life))
      continue; // it had not been heard of yet
    for (auto& user : memory->state.members_at(life))
      take_turn({left_entry{std::move(user), "closed", true, life}, {}});
  }
}

bool room_actor_state::is_over(uint64_t one) const {
  return gone_.contains(one) && !core->node().is_alive(one);
}

/// A member who has no connection, and may come back.
bool room_actor_state::is_held(const std::string& user) const {
  const auto& lives = memory->state.lives_of(user);
  return std::all_of(lives.begin(), lives.end(), [&](uint64_t one) {
    return one == life() ? memory->holds.holds(user) : is_over(one);
  });
}

/// Of other nodes it is known that they have the user.
uint32_t room_actor_state::connections_of(const std::string& user) const {
  const auto& lives = memory->state.lives_of(user);
  const auto elsewhere =
      std::count_if(lives.begin(), lives.end(), [&](uint64_t one) {
        return one != life() && !is_over(one);
      });
  return connections.of(user) + static_cast<uint32_t>(elsewhere);
}

} // namespace rookery

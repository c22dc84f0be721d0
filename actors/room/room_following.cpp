#include "actors/room/room.hpp"
#include "base/log.hpp"

#include <algorithm>

// A room whose log other nodes append to as well: what they append, and what
// becomes of members whose node is gone.

namespace rookery {

namespace {

/// Nodes that could all do the same begin one after the other, so that one of
/// them does it and the rest see that it is done.
constexpr std::chrono::milliseconds rank_delay{300};

} // namespace

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
    for (const auto& record : records)
      take_foreign(record);
    return;
  }
  std::vector<uint64_t> offsets;
  offsets.reserve(records.size());
  for (const auto& record : records)
    offsets.push_back(record.offset);
  complete_batch(offsets, records.front().stamp);
}

void room_actor_state::take_foreign(const journal_record& record) {
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
  std::string came, appears, went; // users
  uint64_t elsewhere = 0;          // a life
  if (const auto* joined = std::get_if<joined_entry>(&*entry)) {
    const bool is_ours = joined->life == life();
    (is_ours ? appears : came) = joined->user;
    elsewhere = is_ours ? 0 : joined->life;
  } else if (const auto* left = std::get_if<left_entry>(&*entry)) {
    if (left->life == life())
      went = left->user;
  }
  auto info = memory->state.find(went);
  take_in(*std::move(entry), record.offset, record.stamp, nullptr);
  // Who came back elsewhere is held here no longer.
  if (!came.empty() && memory->holds.take_back(came))
    leave(came, "closed");
  // Its node may have gone before this one heard of it.
  if (elsewhere != 0 && !core->node().is_alive(elsewhere))
    watch_life(elsewhere, core->node().settings.cluster.failure_timeout);
  // His subscribe was refused, since this was not stored in time.
  if (!appears.empty() && connections.of(appears) == 0
      && !memory->holds.holds(appears))
    hold_or_leave(appears);
  // Others thought that this node is gone, or he left before he came back.
  if (info && connections.of(went) > 0 && !memory->state.has(went, life()))
    take_turn({joined_entry{went, std::move(info->info), true, life()}, {}});
}

void room_actor_state::lose_sight(const failure& why) {
  log::warn("room.lost_sight", {{"topic", core->name()}, {"why", why.message}});
  open(); // first, so that nothing is appended meanwhile
  fail_batch(why);
}

// -- another log --------------------------------------------------------------

/// Of a log that takes the place of the one that was known.
void room_actor_state::remember_here() {
  here_.clear();
  for (const auto& [user, count] : connections.all()) {
    const auto found = memory->state.find(user);
    here_.push_back({user, found ? found->info : std::nullopt, true, life()});
  }
}

/// Who listened to the log before has to begin with this one.
void room_actor_state::begin_anew() {
  if (!here_.empty())
    for (const auto& thread : core->node().fanouts)
      self->send(thread, reset_order{core->identity()});
}

/// Who was here with the log before is here with this one.
void room_actor_state::come_back() {
  for (auto& one : std::exchange(here_, {}))
    if (!memory->state.has(one.user, life()))
      take_turn({std::move(one), {}});
}

// -- lives --------------------------------------------------------------------

void room_actor_state::on_gone(const gone_order& order) {
  notice_own_life();
  if (now_ == phase::serving && !memory->state.members_at(order.life).empty())
    watch_life(order.life, std::chrono::milliseconds{0});
}

/// Others may have taken this node for gone; users who are here join anew, and
/// then leave with the life that is over.
void room_actor_state::notice_own_life() {
  const auto before = std::exchange(own_life_, life());
  if (before == own_life_ || now_ != phase::serving)
    return;
  for (const auto& user : memory->state.members_at(before))
    if (connections.of(user) > 0)
      take_turn(
          {joined_entry{user, memory->state.find(user)->info, true, own_life_},
           {}});
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

/// It is watched, and was not just heard of too late.
bool room_actor_state::seems_gone(uint64_t life) const {
  return gone_.contains(life) && !core->node().is_alive(life);
}

/// A member who has no connection, and may come back.
bool room_actor_state::is_held(const std::string& user) const {
  const auto& lives = memory->state.lives_of(user);
  return std::all_of(lives.begin(), lives.end(), [&](uint64_t one) {
    return one == life() ? memory->holds.holds(user) : seems_gone(one);
  });
}

} // namespace rookery

#include "actors/lobby/lobby_state.hpp"

#include <algorithm>
#include <utility>

namespace rookery {

namespace {

using outcome = lobby_ruling::outcome;
using place = lobby_state::seat_place;

constexpr lobby_ruling applied{outcome::applied, {}, {}};
constexpr lobby_ruling unchanged{outcome::unchanged, {}, {}};
constexpr lobby_ruling stale{outcome::stale, {}, {}};

constexpr lobby_ruling refused(errc code, std::string_view why) {
  return {outcome::refused, code, why};
}

bool is_node(const lobby_entry& entry) {
  return entry.user.empty();
}

} // namespace

// -- what there is ------------------------------------------------------------

std::size_t lobby_state::taken() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(seats_.begin(), seats_.end(), [](const place& one) {
        return !one.user.empty();
      }));
}

std::optional<uint32_t> lobby_state::seat_of(const std::string& user) const {
  if (user.empty())
    return std::nullopt;
  const auto found =
      std::find_if(seats_.begin(), seats_.end(), [&](const place& one) {
        return one.user == user;
      });
  if (found == seats_.end())
    return std::nullopt;
  return static_cast<uint32_t>(found - seats_.begin());
}

std::optional<uint32_t> lobby_state::free_seat() const {
  const auto found =
      std::find_if(seats_.begin(), seats_.end(), [](const place& one) {
        return one.user.empty();
      });
  if (found == seats_.end())
    return std::nullopt;
  return static_cast<uint32_t>(found - seats_.begin());
}

bool lobby_state::is_ready_to_start() const {
  if (started() || !rules_.auto_start || taken() < rules_.players_min)
    return false;
  return std::all_of(seats_.begin(), seats_.end(), [](const place& one) {
    return one.user.empty() || (one.ready && one.held_at == 0);
  });
}

lobby_view lobby_state::view() const {
  lobby_view all;
  all.size = rules_.seats;
  for (uint32_t i = 0; i < seats_.size(); ++i)
    if (const auto& one = seats_[i]; !one.user.empty())
      all.seats.push_back({i, one.user, one.ready, one.held_at != 0});
  all.host = host_;
  all.started = started();
  all.info = rules_.info;
  return all;
}

// -- moves --------------------------------------------------------------------

void lobby_state::complete(lobby_entry& entry) const {
  entry.of = entry.move == lobby_move::create ? 0 : created_;
  const auto own = seat_of(entry.about());
  const auto seat = own ? own : free_seat();
  entry.seat = entry.move != lobby_move::create && seat ? *seat : 0;
  if (entry.move == lobby_move::join)
    entry.flag = own && seats_[*own].held_at != 0;
}

lobby_ruling lobby_state::judge(
    const lobby_entry& entry, uint64_t document_offset, int64_t now) const {
  if (entry.move == lobby_move::create)
    return exists() ? refused(errc::conflict, "there is such a lobby already")
                    : applied;
  if (is_node(entry))
    return entry.of == created_ && exists() ? judge_node(entry, now)
                                            : unchanged;
  if (!exists())
    return refused(errc::unknown_topic, "there is no such lobby");
  if (entry.of != created_)
    return stale;
  switch (entry.move) {
  case lobby_move::join:
    return judge_join(entry);
  case lobby_move::leave:
  case lobby_move::ready:
    return judge_player(entry);
  default:
    return judge_host(entry, document_offset);
  }
}

lobby_ruling lobby_state::judge_join(const lobby_entry& entry) const {
  if (const auto own = seat_of(entry.user)) {
    const bool is_held = seats_[*own].held_at != 0;
    if (entry.seat != *own || entry.flag != is_held)
      return stale;
    return is_held ? applied : unchanged;
  }
  if (started())
    return refused(errc::lobby_started, "the lobby has started");
  if (rules_.is_private && !is_invited(entry.user))
    return refused(errc::permission_denied, "the lobby is by invitation only");
  if (!free_seat())
    return refused(errc::lobby_full, "all seats are taken");
  const bool is_free =
      entry.seat < seats_.size() && seats_[entry.seat].user.empty();
  return is_free && !entry.flag ? applied : stale;
}

/// What a player does with his own seat.
lobby_ruling lobby_state::judge_player(const lobby_entry& entry) const {
  const auto own = seat_of(entry.user);
  if (!own)
    return refused(errc::not_seated, "this takes a seat in the lobby");
  if (entry.seat != *own)
    return stale;
  if (entry.move == lobby_move::leave)
    return applied;
  if (started())
    return refused(errc::lobby_started, "the lobby has started");
  return seats_[*own].ready == entry.flag ? unchanged : applied;
}

lobby_ruling lobby_state::judge_host(
    const lobby_entry& entry, uint64_t document_offset) const {
  if (entry.user != host_)
    return refused(errc::not_host, "only the host may do this");
  switch (entry.move) {
  case lobby_move::set:
    if (entry.if_offset && document_offset > *entry.if_offset)
      return refused(errc::conflict, "if_offset: the state was changed");
    return applied;
  case lobby_move::kick: {
    if (entry.about() == host_)
      return refused(errc::conflict, "user: is the host, who may leave");
    const auto theirs = seat_of(entry.player);
    if (!theirs)
      return refused(errc::not_seated, "user: has no seat in the lobby");
    return entry.seat == *theirs ? applied : stale;
  }
  case lobby_move::invite:
    if (is_invited(entry.player))
      return unchanged;
    if (invited_.size() >= invited_max)
      return refused(errc::limit_exceeded, "user: too many are invited");
    return applied;
  case lobby_move::start:
    if (started())
      return refused(errc::lobby_started, "the lobby has started");
    if (taken() < rules_.players_min)
      return refused(errc::conflict, "there are fewer than min_players");
    return applied;
  case lobby_move::close:
    return applied;
  default:
    return refused(errc::internal, "this is no move of a user");
  }
}

/// Nodes do what time or others' moves ask for; two of them may do the same.
lobby_ruling lobby_state::judge_node(const lobby_entry& e, int64_t now) const {
  const auto* seat = e.seat < seats_.size() ? &seats_[e.seat] : nullptr;
  const bool is_his = seat && seat->user == e.player && !e.player.empty();
  bool holds = false;
  switch (e.move) {
  case lobby_move::hold:
    holds = is_his && seat->held_at == 0;
    break;
  case lobby_move::release:
    holds = is_his && seat->held_at != 0 && e.if_offset == seat->held_at
            && now - seat->held_since >= rules_.hold;
    break;
  case lobby_move::host:
    holds = !host_.empty() && e.player == host_ && host_told_ != host_;
    break;
  case lobby_move::start:
    holds = is_ready_to_start();
    break;
  case lobby_move::close:
    holds = (host_.empty() && now - empty_since_ >= rules_.empty_ttl)
            || (started_since_ && rules_.started_ttl > 0
                && now - *started_since_ >= rules_.started_ttl);
    break;
  default:
    break;
  }
  return holds ? applied : unchanged;
}

void lobby_state::apply(
    const lobby_entry& entry, uint64_t offset, int64_t stamp) {
  switch (entry.move) {
  case lobby_move::create:
    return create(entry, offset);
  case lobby_move::join:
    return join(entry, offset);
  case lobby_move::leave:
  case lobby_move::kick:
  case lobby_move::release:
    return free_up(entry, stamp);
  case lobby_move::ready:
    seats_[entry.seat].ready = entry.flag;
    return;
  case lobby_move::set:
    return; // of the room's document
  case lobby_move::invite:
    invited_.insert(entry.player);
    return;
  case lobby_move::start:
    started_since_ = stamp;
    return;
  case lobby_move::close:
    *this = {};
    return;
  case lobby_move::hold:
    seats_[entry.seat].held_at = offset;
    seats_[entry.seat].held_since = stamp;
    return;
  case lobby_move::host:
    host_told_ = host_;
    return;
  }
}

void lobby_state::create(const lobby_entry& entry, uint64_t offset) {
  *this = {};
  created_ = offset;
  rules_ = entry.rules ? *entry.rules : lobby_rules{};
  seats_.resize(std::max<uint32_t>(rules_.seats, 1));
  seats_.front() = {entry.user, false, offset, 0, 0};
  host_ = host_told_ = entry.user;
}

void lobby_state::join(const lobby_entry& entry, uint64_t offset) {
  auto& seat = seats_[entry.seat];
  if (entry.flag) { // back
    seat.held_at = 0;
    seat.held_since = 0;
    return;
  }
  seat = {entry.user, false, offset, 0, 0};
  if (host_.empty())
    host_ = entry.user;
}

/// The longest-seated player is host next; one who is there before one who is
/// not.
void lobby_state::free_up(const lobby_entry& entry, int64_t stamp) {
  const auto gone = std::exchange(seats_[entry.seat], {}).user;
  if (host_ != gone)
    return;
  const place* next = nullptr;
  const auto order = [](const place& one) {
    return std::pair{one.held_at != 0, one.since};
  };
  for (const auto& one : seats_)
    if (!one.user.empty() && (!next || order(one) < order(*next)))
      next = &one;
  host_ = next ? next->user : std::string{};
  // Whoever was told last: a snapshot may have shown another since.
  host_told_.clear();
  if (!next)
    empty_since_ = stamp;
}

// -- what nodes do ------------------------------------------------------------

lobby_entry lobby_state::by_node(lobby_move move) const {
  lobby_entry entry;
  entry.move = move;
  entry.of = created_;
  return entry;
}

std::optional<lobby_entry>
lobby_state::due(int64_t now, const is_member& is_here) const {
  if (!exists())
    return std::nullopt;
  if (!host_.empty() && host_told_ != host_) {
    auto entry = by_node(lobby_move::host);
    entry.player = host_;
    return entry;
  }
  for (uint32_t i = 0; i < seats_.size(); ++i) {
    const auto& one = seats_[i];
    const bool is_held = one.held_at != 0;
    if (one.user.empty() || (!is_held && is_here(one.user))
        || (is_held && now - one.held_since < rules_.hold))
      continue;
    auto entry = by_node(is_held ? lobby_move::release : lobby_move::hold);
    entry.player = one.user;
    entry.seat = i;
    if (is_held) {
      entry.if_offset = one.held_at;
      entry.reason = "gone";
    } else {
      entry.lasts = rules_.hold;
    }
    return entry;
  }
  if (is_ready_to_start())
    return by_node(lobby_move::start);
  auto entry = by_node(lobby_move::close);
  if (judge_node(entry, now).comes_to != outcome::applied)
    return std::nullopt;
  entry.reason = host_.empty() ? "empty" : "expired";
  return entry;
}

std::optional<lobby_entry>
lobby_state::back(const is_member& plays_here) const {
  for (const auto& one : seats_)
    if (one.held_at != 0 && plays_here(one.user)) {
      auto entry = by_node(lobby_move::join);
      entry.user = one.user;
      complete(entry);
      return entry;
    }
  return std::nullopt;
}

std::optional<int64_t> lobby_state::next_due() const {
  std::optional<int64_t> next;
  const auto note = [&](int64_t at) { next = std::min(next.value_or(at), at); };
  if (!exists())
    return next;
  for (const auto& one : seats_)
    if (one.held_at != 0)
      note(one.held_since + rules_.hold);
  if (host_.empty())
    note(empty_since_ + rules_.empty_ttl);
  if (started_since_ && rules_.started_ttl > 0)
    note(*started_since_ + rules_.started_ttl);
  return next;
}

// -- images -------------------------------------------------------------------

lobby_image lobby_state::image() const {
  lobby_image image;
  image.created = created_;
  image.rules = rules_;
  for (const auto& one : seats_)
    image.seats.push_back(
        {one.user, one.ready, one.since, one.held_at, one.held_since});
  image.host = host_;
  image.host_told = host_told_;
  image.started_since = started_since_;
  image.empty_since = empty_since_;
  image.invited.assign(invited_.begin(), invited_.end());
  return image;
}

void lobby_state::restore(lobby_image image) {
  *this = {};
  created_ = image.created;
  rules_ = std::move(image.rules);
  for (auto& one : image.seats)
    seats_.push_back(
        {std::move(one.user), one.ready, one.since, one.held_at,
         one.held_since});
  host_ = std::move(image.host);
  host_told_ = std::move(image.host_told);
  started_since_ = image.started_since;
  empty_since_ = image.empty_since;
  invited_.insert(image.invited.begin(), image.invited.end());
}

} // namespace rookery

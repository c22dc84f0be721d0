#include "actors/room/room_state.hpp"

#include "base/check.hpp"
#include "base/protocol/merge_patch.hpp"

#include <algorithm>
#include <set>

namespace rookery {

namespace {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

entry_effect effect_of(const lobby_ruling& ruling) {
  switch (ruling.comes_to) {
  case lobby_ruling::outcome::applied:
    return entry_effect::applied;
  case lobby_ruling::outcome::unchanged:
    return entry_effect::unchanged;
  case lobby_ruling::outcome::refused:
    return entry_effect::refused;
  case lobby_ruling::outcome::stale:
    break;
  }
  return entry_effect::stale;
}

} // namespace

room_state::room_state(
    std::string topic, key_window::limits keys, std::size_t full_up_to,
    topic_kind kind)
    : topic_(std::move(topic))
    , full_up_to_(full_up_to)
    , keys_(keys)
    , lobby_(
          kind == topic_kind::lobby ? std::make_unique<lobby_state>() : nullptr)
    , listing_(
          kind == topic_kind::listing ? std::make_unique<listing_state>()
                                      : nullptr) {}

room_event
event_of(const std::string& topic, log_entry entry, uint64_t offset) {
  return std::visit(
      overloaded{
          [&](message_entry& e) -> room_event {
            return message_event{
                topic, offset, std::move(e.data), std::move(e.user), e.at};
          },
          [&](joined_entry& e) -> room_event {
            return joined_event{
                topic, offset, std::move(e.user), std::move(e.info)};
          },
          [&](left_entry& e) -> room_event {
            return left_event{
                topic, offset, std::move(e.user), std::move(e.reason)};
          },
          [&](state_entry& e) -> room_event {
            return state_event{
                topic, offset, std::move(e.patch), std::move(e.user), e.at};
          },
          [&](lobby_entry& e) -> room_event {
            return lobby_changed_event{
                topic, offset,
                std::make_shared<const lobby_entry>(std::move(e))};
          },
          [&](listing_entry& e) -> room_event {
            return lobbies_changed_event{
                topic, offset,
                std::make_shared<const listing_entry>(std::move(e))};
          }},
      entry);
}

lobby_ruling room_state::rule(const lobby_entry& move, int64_t now) const {
  if (!lobby_)
    return {lobby_ruling::outcome::refused, errc::bad_request, "no lobby"};
  const bool is_back = move.move == lobby_move::hold && has(move.player);
  if (is_back)
    return {lobby_ruling::outcome::unchanged, {}, {}};
  return lobby_->judge(move, document_offset_, now);
}

entry_effect room_state::judge(const log_entry& entry, int64_t now) const {
  using enum entry_effect;
  const auto known = [&](const auto& e) {
    return !e.key.empty() && keys_.find(e.user, e.key, now);
  };
  return std::visit(
      overloaded{
          [&](const message_entry& e) {
            return known(e) ? duplicate : applied;
          },
          [&](const joined_entry& e) {
            return has(e.user, e.life) ? unchanged : applied;
          },
          [&](const left_entry& e) {
            return has(e.user, e.life) ? applied : unchanged;
          },
          [&](const state_entry& e) {
            if (known(e))
              return duplicate;
            const bool is_late = e.if_offset && document_offset_ > *e.if_offset;
            return is_late ? conflict : applied;
          },
          [&](const lobby_entry& e) {
            return known(e) ? duplicate : effect_of(rule(e, now));
          },
          [&](const listing_entry& e) {
            return listing_ && listing_->judge(e) ? applied : unchanged;
          }},
      entry);
}

room_change room_state::apply(log_entry entry, uint64_t offset, int64_t stamp) {
  ++entries_;
  room_change change{judge(entry, stamp), offset, {}};
  if (change.effect == entry_effect::duplicate)
    change.offset = first_of(entry, stamp);
  const bool expected = expects_telling(entry);
  bool telling = false;
  if (change.effect == entry_effect::applied) {
    const bool was_large = large_;
    const auto members_before = members_.size();
    telling = perform(entry, offset, stamp);
    change.members = members_.size() != members_before;
    change.became_small = was_large && !large_;
  }
  if (telling != expected)
    note_exception(offset);
  if (telling)
    change.told = event_of(topic_, std::move(entry), offset);
  return change;
}

std::optional<room_event>
room_state::told_then(log_entry entry, uint64_t offset) const {
  const bool is_exception =
      std::binary_search(exceptions_.begin(), exceptions_.end(), offset);
  if (expects_telling(entry) == is_exception)
    return std::nullopt;
  return event_of(topic_, std::move(entry), offset);
}

void room_state::note_exception(uint64_t offset) {
  exceptions_.push_back(offset);
  if (exceptions_.size() > exceptions_max) {
    exceptions_from_ = exceptions_.front();
    exceptions_.pop_front();
  }
}

uint64_t room_state::first_of(const log_entry& entry, int64_t now) const {
  return std::visit(
      [&](const auto& e) -> uint64_t {
        if constexpr (requires { e.key; })
          return keys_.find(e.user, e.key, now).value_or(0);
        else
          return 0;
      },
      entry);
}

/// Whether subscribers are told.
bool room_state::perform(
    const log_entry& entry, uint64_t offset, int64_t stamp) {
  remember_key(entry, offset, stamp);
  return std::visit(
      overloaded{
          [](const message_entry&) { return true; },
          [&](const joined_entry& e) { return join(e, offset); },
          [&](const left_entry& e) { return leave(e); },
          [&](const state_entry& e) {
            // Who appends looks whether it can be merged.
            if (auto merged = merge_patch(document_, e.patch))
              document_ = *std::move(merged);
            document_offset_ = offset;
            return true;
          },
          [&](const lobby_entry& e) { return move(e, offset, stamp); },
          [&](const listing_entry& e) { return listing_->apply(e, stamp); }},
      entry);
}

/// Nobody hears of an invitation.
bool room_state::move(
    const lobby_entry& entry, uint64_t offset, int64_t stamp) {
  lobby_->apply(entry, offset, stamp);
  switch (entry.move) {
  case lobby_move::create:
    document_ = entry.patch.bytes;
    document_offset_ = offset;
    break;
  case lobby_move::close:
    document_.clear();
    document_offset_ = offset;
    break;
  case lobby_move::set:
    if (auto merged = merge_patch(document_, entry.patch))
      document_ = *std::move(merged);
    document_offset_ = offset;
    break;
  default:
    break;
  }
  return entry.move != lobby_move::invite;
}

bool room_state::join(const joined_entry& entry, uint64_t offset) {
  auto& taken = members_[entry.user];
  const bool is_first = taken.lives.empty();
  if (is_first) {
    taken.info = entry.info;
    taken.since = offset;
  }
  taken.lives.insert(
      std::upper_bound(taken.lives.begin(), taken.lives.end(), entry.life),
      entry.life);
  large_ = large_ || members_.size() > full_up_to_;
  return is_first && !large_;
}

bool room_state::leave(const left_entry& entry) {
  const auto found = members_.find(entry.user);
  std::erase(found->second.lives, entry.life);
  if (!found->second.lives.empty())
    return false;
  members_.erase(found);
  const bool was_large = large_;
  large_ = large_ && members_.size() > full_up_to_ - (full_up_to_ + 3) / 4;
  return !was_large;
}

void room_state::remember_key(
    const log_entry& entry, uint64_t offset, int64_t stamp) {
  std::visit(
      [&](const auto& e) {
        if constexpr (requires { e.key; }) {
          if (!e.key.empty())
            keys_.remember(e.user, e.key, offset, stamp);
        }
      },
      entry);
}

void room_state::remember_key(const room_handover::known_key& key) {
  keys_.remember(key.user, key.key, key.offset, key.stamp);
}

member room_state::describe(const std::string& user, const place& taken) {
  member one;
  one.user = user;
  one.info = taken.info;
  one.since = taken.since;
  one.connections = static_cast<uint32_t>(taken.lives.size());
  return one;
}

bool room_state::has(const std::string& user, uint64_t life) const {
  const auto& lives = lives_of(user);
  return std::binary_search(lives.begin(), lives.end(), life);
}

const std::vector<uint64_t>&
room_state::lives_of(const std::string& user) const {
  static const std::vector<uint64_t> none;
  const auto found = members_.find(user);
  return found == members_.end() ? none : found->second.lives;
}

std::vector<uint64_t> room_state::lives() const {
  std::set<uint64_t> all;
  for (const auto& [user, taken] : members_)
    all.insert(taken.lives.begin(), taken.lives.end());
  return {all.begin(), all.end()};
}

std::vector<std::string> room_state::members_at(uint64_t life) const {
  std::vector<std::string> all;
  for (const auto& [user, taken] : members_)
    if (std::binary_search(taken.lives.begin(), taken.lives.end(), life))
      all.push_back(user);
  return all;
}

std::optional<member> room_state::find(const std::string& user) const {
  const auto found = members_.find(user);
  if (found == members_.end())
    return std::nullopt;
  return describe(user, found->second);
}

std::vector<member>
room_state::members(const std::string& after, std::size_t most) const {
  std::vector<member> page;
  for (auto one = members_.upper_bound(after);
       one != members_.end() && page.size() < most; ++one)
    page.push_back(describe(one->first, one->second));
  return page;
}

room_image room_state::image() const {
  room_image image{{}, document_, document_offset_, large_, entries_, {}, 0};
  image.members.reserve(members_.size());
  for (const auto& [user, taken] : members_)
    image.members.push_back({user, taken.info, taken.since, taken.lives});
  image.exceptions.assign(exceptions_.begin(), exceptions_.end());
  image.exceptions_from = exceptions_from_;
  if (lobby_)
    encode(lobby_->image(), image.lobby);
  if (listing_)
    encode(listing_->image(), image.listing);
  return image;
}

void room_state::restore(room_image image) {
  keys_.clear();
  members_.clear();
  for (auto& one : image.members)
    members_.emplace(
        std::move(one.user),
        place{std::move(one.info), one.since, std::move(one.lives)});
  document_ = std::move(image.state);
  document_offset_ = image.state_offset;
  large_ = image.large || members_.size() > full_up_to_;
  entries_ = image.entries;
  exceptions_.assign(image.exceptions.begin(), image.exceptions.end());
  exceptions_from_ = image.exceptions_from;
  // What can not be read was saved by a later version.
  if (lobby_)
    lobby_->restore(decode_lobby_image(image.lobby).value_or(lobby_image{}));
  if (listing_)
    listing_->restore(
        decode_listing_image(image.listing).value_or(listing_image{}));
}

bool room_connections::add(
    const std::string& user, std::optional<payload> info) {
  const auto [place, fresh] = users_.try_emplace(user);
  if (fresh)
    place->second.info = std::move(info);
  return ++place->second.count == 1;
}

bool room_connections::remove(const std::string& user) {
  const auto found = users_.find(user);
  ROOKERY_CHECK(
      found != users_.end(), "a connection leaves a room that it entered");
  if (--found->second.count > 0)
    return false;
  users_.erase(found);
  return true;
}

uint32_t room_connections::of(const std::string& user) const {
  const auto found = users_.find(user);
  return found == users_.end() ? 0 : found->second.count;
}

} // namespace rookery

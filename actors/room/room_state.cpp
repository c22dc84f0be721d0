#include "actors/room/room_state.hpp"

#include "base/check.hpp"
#include "base/protocol/merge_patch.hpp"

namespace rookery {

namespace {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

} // namespace

entry_effect room_state::judge(const log_entry& entry, int64_t now) {
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
            return has(e.user) ? unchanged : applied;
          },
          [&](const left_entry& e) {
            return has(e.user) ? applied : unchanged;
          },
          [&](const state_entry& e) {
            if (known(e))
              return duplicate;
            const bool stale = e.if_offset && document_offset_ > *e.if_offset;
            return stale ? conflict : applied;
          }},
      entry);
}

room_change room_state::apply(log_entry entry, uint64_t offset, int64_t stamp) {
  room_change change{judge(entry, stamp), offset, {}};
  if (change.effect == entry_effect::duplicate)
    change.offset = first_of(entry, stamp);
  if (change.effect != entry_effect::applied)
    return change;
  perform(entry, offset, stamp);
  change.told = told_event(topic_, std::move(entry), offset);
  return change;
}

uint64_t room_state::first_of(const log_entry& entry, int64_t now) {
  return std::visit(
      [&](const auto& e) -> uint64_t {
        if constexpr (requires { e.key; })
          return keys_.find(e.user, e.key, now).value_or(0);
        else
          return 0;
      },
      entry);
}

void room_state::perform(
    const log_entry& entry, uint64_t offset, int64_t stamp) {
  remember_key(entry, offset, stamp);
  std::visit(
      overloaded{
          [](const message_entry&) {},
          [&](const joined_entry& e) {
            members_.try_emplace(e.user, place{e.info, offset});
          },
          [&](const left_entry& e) { members_.erase(e.user); },
          [&](const state_entry& e) {
            // Who appends looks whether it can be merged.
            if (auto merged = merge_patch(document_, e.patch))
              document_ = *std::move(merged);
            document_offset_ = offset;
          }},
      entry);
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

std::optional<room_event>
told_event(const std::string& topic, log_entry entry, uint64_t offset) {
  return std::visit(
      overloaded{
          [&](message_entry& e) -> std::optional<room_event> {
            return message_event{
                topic, offset, std::move(e.data), std::move(e.user), e.at};
          },
          [&](joined_entry& e) -> std::optional<room_event> {
            if (!e.told)
              return std::nullopt;
            return joined_event{
                topic, offset, std::move(e.user), std::move(e.info)};
          },
          [&](left_entry& e) -> std::optional<room_event> {
            if (!e.told)
              return std::nullopt;
            return left_event{
                topic, offset, std::move(e.user), std::move(e.reason)};
          },
          [&](state_entry& e) -> std::optional<room_event> {
            return state_event{
                topic, offset, std::move(e.patch), std::move(e.user), e.at};
          }},
      entry);
}

member room_state::describe(const std::string& user, const place& taken) {
  member one;
  one.user = user;
  one.info = taken.info;
  one.since = taken.since;
  return one;
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
  room_image image{{}, document_, document_offset_};
  image.members.reserve(members_.size());
  for (const auto& [user, taken] : members_)
    image.members.push_back({user, taken.info, taken.since});
  return image;
}

void room_state::restore(room_image image) {
  members_.clear();
  for (auto& one : image.members)
    members_.emplace(
        std::move(one.user), place{std::move(one.info), one.since});
  document_ = std::move(image.state);
  document_offset_ = image.state_offset;
}

bool room_connections::remove(const std::string& user) {
  const auto found = counts_.find(user);
  ROOKERY_CHECK(
      found != counts_.end(), "a connection leaves a room that it entered");
  if (--found->second > 0)
    return false;
  counts_.erase(found);
  return true;
}

uint32_t room_connections::of(const std::string& user) const {
  const auto found = counts_.find(user);
  return found == counts_.end() ? 0 : found->second;
}

} // namespace rookery

#include "actors/room/room_state.hpp"

#include "base/check.hpp"

namespace rookery {

namespace {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

} // namespace

bool room_state::apply(const room_entry& entry, uint64_t offset) {
  return std::visit(
      overloaded{
          [&](const member_joined& joined) {
            return members_.try_emplace(joined.user, place{joined.info, offset})
                .second;
          },
          [&](const member_left& left) {
            return members_.erase(left.user) > 0;
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

std::vector<member> room_state::members() const {
  std::vector<member> all;
  all.reserve(members_.size());
  for (const auto& [user, taken] : members_)
    all.push_back(describe(user, taken));
  return all;
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

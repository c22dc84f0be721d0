#include "actors/room/room_holds.hpp"

#include <algorithm>

namespace rookery {

bool room_holds::hold(
    const member& one, time_point now, std::chrono::milliseconds at_least) {
  const auto length = std::max(length_, at_least);
  if (length.count() == 0 || held_.size() >= members_max_)
    return false;
  take_back(one.user); // who is held again is held from now on
  held_.emplace(
      one.user, held_member{one.info, one.since.value_or(0), now + length});
  by_time_.emplace(now + length, one.user);
  return true;
}

bool room_holds::take_back(const std::string& user) {
  const auto found = held_.find(user);
  if (found == held_.end())
    return false;
  by_time_.erase({found->second.until, user});
  held_.erase(found);
  return true;
}

std::vector<std::string> room_holds::expire(time_point now) {
  std::vector<std::string> over;
  while (!by_time_.empty() && by_time_.begin()->first <= now) {
    auto first = by_time_.extract(by_time_.begin());
    held_.erase(first.value().second);
    over.push_back(std::move(first.value().second));
  }
  return over;
}

std::optional<room_holds::time_point> room_holds::next_due() const {
  if (by_time_.empty())
    return std::nullopt;
  return by_time_.begin()->first;
}

} // namespace rookery

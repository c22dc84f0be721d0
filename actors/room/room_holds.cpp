#include "actors/room/room_holds.hpp"

#include <algorithm>

namespace rookery {

bool room_holds::hold(const member& one, time_point now) {
  if (length_.count() == 0 || held_.size() >= members_max_)
    return false;
  held_.insert_or_assign(
      one.user, held_member{one.info, one.since.value_or(0), now + length_});
  by_time_.push_back({one.user, now + length_});
  if (by_time_.size() > 2 * held_.size() + 1)
    skip_taken_back();
  return true;
}

std::vector<std::string> room_holds::expire(time_point now) {
  std::vector<std::string> over;
  for (; !by_time_.empty() && by_time_.front().until <= now;
       by_time_.pop_front()) {
    const auto found = held_.find(by_time_.front().user);
    if (found == held_.end() || found->second.until > now)
      continue;
    over.push_back(found->first);
    held_.erase(found);
  }
  return over;
}

std::optional<room_holds::time_point> room_holds::next_due() const {
  if (held_.empty())
    return std::nullopt;
  return by_time_.front().until;
}

void room_holds::skip_taken_back() {
  std::erase_if(by_time_, [this](const place& one) {
    const auto found = held_.find(one.user);
    return found == held_.end() || found->second.until != one.until;
  });
}

} // namespace rookery

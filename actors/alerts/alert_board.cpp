#include "actors/alerts/alert_board.hpp"

namespace rookery {

std::vector<alert_notice>
alert_board::observe(time now, const std::vector<alert_level>& levels) {
  std::vector<alert_notice> notices;
  ++looks_;
  for (const auto& level : levels) {
    const auto found = followed_.find({level.scope, level.subject});
    if (found == followed_.end()) {
      const auto& rule = rules_[static_cast<std::size_t>(level.scope)];
      if (level.percent < rule.raise_at || followed_.size() >= followed_max)
        continue;
    }
    auto& one = followed_[{level.scope, level.subject}];
    one.last = level;
    one.looked_at = looks_;
    judge(one, now, notices);
  }
  for (auto at = followed_.begin(); at != followed_.end();) {
    auto& one = at->second;
    if (one.looked_at != looks_) {
      one.last.percent = 0;
      judge(one, now, notices);
    }
    at = one.state.forgotten() ? followed_.erase(at) : std::next(at);
  }
  return notices;
}

void alert_board::judge(
    followed& one, time now, std::vector<alert_notice>& notices) {
  const auto scope = static_cast<std::size_t>(one.last.scope);
  const auto change = one.state.observe(now, one.last.percent, rules_[scope]);
  if (change == alert_change::none)
    return;
  notices.push_back({change, one.last});
  if (change == alert_change::raised)
    ++raised_[scope];
  else
    --raised_[scope];
}

} // namespace rookery

#pragma once

#include "base/protocol/events.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rookery {

/// Members whose connection dropped and who may come back before anybody is
/// told that they left. It outlives a crash of the room's actor, so that who
/// does not come back leaves all the same.
///
/// Bounded by `members_max`. Pure: the time is told. Thread: its room's.
class room_holds {
public:
  using time_point = std::chrono::steady_clock::time_point;

  struct held_member {
    std::optional<payload> info;
    uint64_t since = 0; // offset of the join
    time_point until;
  };

  room_holds(std::chrono::milliseconds length, std::size_t members_max)
      : length_(length)
      , members_max_(members_max) {}

  /// False: nobody is held here, or too many are; the member leaves now.
  [[nodiscard]] bool hold(
      const member& one, time_point now,
      std::chrono::milliseconds at_least = std::chrono::milliseconds{0});
  /// The member is back. False: it was not held.
  bool take_back(const std::string& user);
  /// Those whose time is over, who are held no longer.
  std::vector<std::string> expire(time_point now);
  /// When `expire` may have something to do; none: nobody is held.
  std::optional<time_point> next_due() const;

  bool holds(const std::string& user) const { return held_.contains(user); }
  bool empty() const noexcept { return held_.empty(); }
  const std::map<std::string, held_member>& all() const { return held_; }

private:
  std::chrono::milliseconds length_;
  std::size_t members_max_;
  std::map<std::string, held_member> held_;
  std::set<std::pair<time_point, std::string>> by_time_; // the same
};

} // namespace rookery

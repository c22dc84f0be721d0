#pragma once

#include "actors/alerts/alert_state.hpp"
#include "base/metrics/exposition.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace rookery {

/// What one look found about one connection, topic or node.
struct alert_level {
  alert_scope scope = alert_scope::node;
  std::string subject; // id of the connection or node, name of the topic
  uint32_t percent = 0;
  std::string user; // of a connection, as is its address
  std::string address;
};

/// An alert that was raised or cleared, with the level that did it.
struct alert_notice {
  alert_change change = alert_change::none;
  alert_level level;
};

/// All alerts of a node. Bounded: it follows at most `followed_max` subjects,
/// and takes new ones when others have come to rest.
///
/// Pure: time is what its owner says.
class alert_board {
public:
  static constexpr std::size_t followed_max = 1000;
  using time = alert_state::time;
  using rules = std::array<alert_rule, alert_scopes.size()>; // by scope

  explicit alert_board(const rules& all)
      : rules_(all) {}

  /// One look at everything; who is followed and not among `levels` is at 0.
  std::vector<alert_notice>
  observe(time now, const std::vector<alert_level>& levels);

  /// How many of a scope are raised.
  std::size_t raised(alert_scope scope) const noexcept {
    return raised_[static_cast<std::size_t>(scope)];
  }

private:
  using key = std::pair<alert_scope, std::string>;
  struct followed {
    alert_state state;
    alert_level last;
    uint64_t looked_at = 0; // number of the look
  };

  void judge(followed& one, time now, std::vector<alert_notice>& notices);

  rules rules_;
  std::map<key, followed> followed_;
  std::array<std::size_t, alert_scopes.size()> raised_{};
  uint64_t looks_ = 0;
};

} // namespace rookery

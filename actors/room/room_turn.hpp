#pragma once

#include "actors/messages.hpp"
#include "base/protocol/entry.hpp"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>

namespace rookery {

/// Who is answered when an entry has its place.
struct publish_cause {
  asker from;
  steady_time arrived;
  std::string tag;
};

/// One step of a room: what it wants to append, and who waits for that.
struct room_turn {
  log_entry entry;
  std::variant<std::monostate, publish_cause, subscribe_order> cause;
  /// False: the entry would change nothing; who waits has its turn all the
  /// same.
  bool appends = true;
};

/// What the entries of a batch, which are not applied yet, will have done: the
/// next entry is judged by the room's state and by this.
struct batch_view {
  int64_t stamp = 0; // about that of the batch
  steady_time now;
  std::unordered_map<std::string, bool> members; // of this node: joins or not
  std::unordered_set<std::string> subscribing;   // users
  std::unordered_set<std::string> keys;          // "user key" of publishes
  std::size_t subscribers = 0;
  std::ptrdiff_t more_members = 0;
  std::size_t bytes = 0;
  bool sets = false; // the state
  bool publishes = false;
};

} // namespace rookery

#pragma once

#include "actors/messages.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace rookery {

struct node_context;

/// All connections of this node whose user is known; O(1) to enter and leave,
/// about 200 bytes each. What changes often (subscriptions, counters) stays
/// with the connection and is asked for there.
struct registry_state {
  static inline const char* name = "registry";

  std::unordered_map<connection_id, connection_entry> by_id;
  std::unordered_map<std::string, std::vector<connection_id>> by_user;

  void enter(const connection_entry& entry);
  void leave(connection_id id);
  user_connections of(const std::string& user) const;
  user_connections of(connection_id id) const;

private:
  void forget_user(const std::string& user, connection_id id);
};

registry_actor::behavior_type registry(
    registry_actor::stateful_pointer<registry_state> self,
    const node_context* node);

} // namespace rookery

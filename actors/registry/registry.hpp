#pragma once

#include "actors/messages.hpp"
#include "actors/registry/closed_ring.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace rookery {

class cluster_user_index;
struct node_context;

/// All connections of this node whose user is known: O(1) to enter and leave,
/// however many connections a user has. A million users with one connection
/// take 199 bytes each, records not counted. What changes often (subscriptions,
/// counters) stays with the connection and is asked for there.
struct registry_state {
  static inline const char* name = "registry";
  static constexpr std::size_t closed_max = 1000;

  /// False: the user has `per_user_max` already (0: any number); the connection
  /// was not entered. One that is known gets the user of its new record.
  [[nodiscard]] bool
  enter(const connection_entry& entry, uint32_t per_user_max);
  void leave(connection_id id);

  /// Ids of a user's connections; null: none.
  const std::vector<connection_id>* of(const std::string& user) const;
  const connection_entry& operator[](connection_id id) const {
    return by_id.at(id).entry;
  }
  user_page find(const find_order& order) const;
  registry_counts counts() const {
    return {by_id.size(), by_user.size(), anonymous};
  }

  struct known_connection {
    connection_entry entry;
    uint32_t index = 0; // in the user's list
  };
  /// In a cluster: is told which users have a connection here.
  cluster_user_index* cluster = nullptr;
  std::unordered_map<connection_id, known_connection> by_id;
  std::unordered_map<std::string, std::vector<connection_id>> by_user;
  uint64_t anonymous = 0; // connections
  closed_ring closed{closed_max};
};

registry_actor::behavior_type registry(
    registry_actor::stateful_pointer<registry_state> self,
    const node_context* node);

} // namespace rookery

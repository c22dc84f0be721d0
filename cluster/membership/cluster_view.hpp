#pragma once

#include "cluster/membership/life.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

/// What a node says of itself. The numbers go over the wire: append.
enum class node_state : uint8_t {
  joining,  // not ready for clients
  up,       //
  draining, // takes no new clients
  leaving,  // its last word
};
inline constexpr std::size_t node_states = 4;

/// What a node tells of itself with each heartbeat.
struct node_facts {
  std::string version;   // of the program, for people
  uint64_t protocol = 0; // between nodes
  uint64_t connections = 0;
  uint64_t topics = 0;
  uint64_t users = 0;
  uint64_t accepts_per_second = 0; // measured; 0: not yet
  uint64_t journal_lag_ms = 0;
  uint64_t journal_backlog = 0; // entries
  std::string address;          // of the internal listener, host:port
  int64_t started_at = 0;       // ms since 1970

  bool operator==(const node_facts&) const = default;
};

/// A node that lives, as another one (or itself) sees it.
struct cluster_node {
  std::string name;
  node_life life = 0;
  node_state state = node_state::joining;
  node_facts facts;
  /// On the observer's steady clock; of itself, when the view was made.
  std::chrono::milliseconds last_seen{0};
};

/// Who is in the cluster, as one node sees it: itself included, unless others
/// gave it up or it left. Does not change.
struct cluster_view {
  std::string name;                // of the observer
  node_life self = 0;              // its life
  std::vector<cluster_node> nodes; // by life, rising

  /// Null: it is not alive, as far as the observer knows.
  const cluster_node* find(node_life life) const noexcept {
    const auto at = std::lower_bound(
        nodes.begin(), nodes.end(), life,
        [](const auto& one, node_life wanted) { return one.life < wanted; });
    return at != nodes.end() && at->life == life ? &*at : nullptr;
  }
  /// The observer's place among `nodes`, for spreading work. Nodes agree on it
  /// as far as their views agree. None: it is not among them.
  std::optional<std::size_t> rank() const noexcept {
    const auto* found = find(self);
    if (!found)
      return std::nullopt;
    return static_cast<std::size_t>(found - nodes.data());
  }
};

/// What became of another node. A life that died or left never joins again.
struct cluster_event {
  enum class what : uint8_t {
    joined,
    changed, // its state
    left,    // it said so
    died,    // it was silent too long, or its name has a greater life
  };
  what kind = what::joined;
  std::string name;
  node_life life = 0;

  bool operator==(const cluster_event&) const = default;
};

/// This node may not go on with its life: what others knew of it they have
/// dropped. It is silent until it begins a new one, above `above`.
struct cluster_fencing {
  enum class cause : uint8_t {
    given_up,   // another node took it for dead
    name_taken, // a greater life has the same name: restarted, or configured
                // twice
    life_taken, // another node has the same life, by chance
  };
  cause why = cause::given_up;
  node_life life = 0;
  node_life above = 0;
  std::string by; // the name of the node that said so

  bool operator==(const cluster_fencing&) const = default;
};

} // namespace rookery

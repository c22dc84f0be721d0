#pragma once

#include "base/metrics/cluster_counts.hpp"
#include "cluster/membership/heartbeat.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace rookery {

struct member_table_settings {
  std::string name; // of this node, not empty
  std::chrono::milliseconds heartbeat{1'000};
  /// A node that was silent so long is dead. Five heartbeats: four may be lost.
  std::chrono::milliseconds failure_timeout{5'000};
  std::size_t nodes_max = 1'024; // beats of more are refused
  /// How long, and how many, ended lives are known one by one.
  std::chrono::milliseconds tombstone_time{600'000};
  std::size_t tombstones_max = 4'096;
};

/// What a call of the table wants done.
struct member_outcome {
  std::vector<cluster_event> events;     // in this order
  std::vector<fence_notice> notices;     // to publish
  std::optional<cluster_fencing> fenced; // this node
  bool answer = false;                   // somebody asks for our heartbeat
};

/// Who is in the cluster: pure, time is an argument (of a steady clock).
///
/// A life goes from unknown to live to ended, and never back. Ended lives are
/// tombstones, whose heartbeats are answered by notices; of those that are no
/// longer known one by one the greatest is kept, and unknown lives that are not
/// above it count as ended, too: a node that was away for that long is told,
/// and so may be one that was never seen, which costs it a new life.
///
/// Thread: one at a time.
class member_table {
public:
  using ms = std::chrono::milliseconds;

  member_table(member_table_settings settings, node_life life, ms now);

  [[nodiscard]] member_outcome heard(const cluster_word& word, ms now);
  /// The bus has taken what this node said, or given it back. Once it has, and
  /// then has not for half of the timeout, nobody dies: it is this node that
  /// does not hear, and it must not give up all others because of that.
  void reached(ms now) noexcept {
    reaches_ = true;
    reached_ = now;
  }
  /// Judges who is dead; to be called several times per heartbeat. What passes
  /// between two calls beyond a heartbeat is time in which this node did not
  /// run, and in which nobody can have been silent.
  [[nodiscard]] member_outcome tick(ms now);
  /// Whether the bus has a connection. Without one nobody dies, and with a new
  /// one, `again` or for the first time, everybody has a fresh timeout.
  void set_connected(bool connected, ms now);
  /// The connection was lost and is there again: a fresh timeout.
  void refresh(ms now);

  /// The next heartbeat, which repeats the last word of a node that leaves.
  /// None: fenced.
  [[nodiscard]] std::optional<node_beat> beat(bool asks);
  void set_state(node_state to) noexcept { state_ = to; }
  void tell(node_facts facts) { facts_ = std::move(facts); }
  /// Refuses (`conflict`) a life that is not above all that this node had and
  /// was told of.
  [[nodiscard]] result<void> begin_life(node_life life, ms now);

  cluster_view view(ms now) const;
  node_life life() const noexcept { return life_; }
  node_state state() const noexcept { return state_; }
  bool fenced() const noexcept { return fenced_; }
  /// It does not reach the bus, as of the last tick.
  bool deaf() const noexcept { return deaf_; }
  member_counts counts() const;

private:
  struct seen_node {
    cluster_node node;
    uint64_t sequence = 0; // of its last heartbeat
    ms dead_at{0};
  };
  using live_nodes = std::map<node_life, seen_node>;

  void hear(const node_beat& beat, ms now, member_outcome& out);
  void hear(const fence_notice& notice, member_outcome& out);
  void meet(const node_beat& beat, ms now, member_outcome& out);
  void hear_namesake(const node_beat& beat, ms now, member_outcome& out);
  void fence_self(
      cluster_fencing::cause why, node_life above, std::string by,
      member_outcome& out);
  /// Tells a life that it ended.
  void deny(
      const node_beat& beat, node_life above, bool name_taken,
      member_outcome& out);
  live_nodes::iterator
  end(live_nodes::iterator one, cluster_event::what how, ms now,
      member_outcome& out);
  void bury(node_life life, ms now);
  void forget_tombstones(ms now);
  void judge_hearing(ms gap, ms now);
  bool ended(node_life life) const;
  bool known_name(const std::string& name, node_life& life) const;

  const member_table_settings settings_;
  node_life life_;
  node_life above_ = 0; // what the next life has to be greater than
  node_state state_ = node_state::joining;
  node_facts facts_;
  uint64_t sequence_ = 0;
  bool fenced_ = false;
  bool connected_ = false;
  bool deaf_ = false;
  ms last_tick_;
  bool reaches_ = false; // has ever
  ms reached_;           // or a fresh timeout began
  live_nodes live_;      // others
  std::unordered_map<node_life, ms> tombstones_;
  std::deque<std::pair<ms, node_life>> buried_; // oldest first
  node_life floor_ = 0; // the greatest life whose tombstone is gone
  member_counts counts_;
};

} // namespace rookery

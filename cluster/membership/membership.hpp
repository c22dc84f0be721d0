#pragma once

#include "cluster/bus/bus.hpp"
#include "cluster/membership/cluster_timer.hpp"
#include "cluster/membership/member_table.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rookery {

struct membership_settings {
  std::string cluster; // a word of a subject (`valid_cluster_name`)
  member_table_settings table;
  /// Answers to a newcomer are spread over this time.
  std::chrono::milliseconds answer_spread{200};
};

/// One at a time, on threads of the bus and the timer. They must neither wait
/// nor throw, and may call the membership, but not destroy it.
struct membership_handlers {
  /// Who is in the cluster, or a node's state, is another: told with what
  /// happened to others. Without events it was this node that changed.
  std::function<void(
      const std::shared_ptr<const cluster_view>&,
      const std::vector<cluster_event>&)>
      on_change;
  /// Once for each life. The node says nothing more until `begin_life`.
  std::function<void(const cluster_fencing&)> on_fenced;
};

/// A node's place in the cluster: says on `beat.<cluster>` that it lives, and
/// hears who else does.
///
/// No call waits. Thread: any; the destructor, which waits for a callback that
/// runs, not under a lock that a callback takes. Bus and timer outlive it.
class cluster_membership {
public:
  /// `life` is new: `make_life`.
  cluster_membership(
      bus& over, cluster_timer& timer, membership_settings settings,
      node_life life, membership_handlers handlers);
  ~cluster_membership();
  cluster_membership(const cluster_membership&) = delete;
  cluster_membership& operator=(const cluster_membership&) = delete;

  /// Once. Says and hears nothing before. Errors are those of `subscribe`.
  [[nodiscard]] result<void> start();

  /// Tells the others at once. After `leaving` no other state is taken.
  void set_state(node_state to);
  /// Goes with the next heartbeat.
  void tell(node_facts facts);
  /// The last word. To be said some heartbeats before the destructor, or by a
  /// bus that sends what waits when it is closed; otherwise this node is taken
  /// for dead after the failure timeout.
  void leave() { set_state(node_state::leaving); }
  /// Refuses (`conflict`) a life that is not above all that this node had, and
  /// above `cluster_fencing::above`.
  [[nodiscard]] result<void> begin_life(node_life life);

  /// Never null. Facts may be some hundred milliseconds older than what came.
  std::shared_ptr<const cluster_view> view() const;
  member_counts counts() const;

private:
  struct core;
  std::shared_ptr<core> core_;
};

} // namespace rookery

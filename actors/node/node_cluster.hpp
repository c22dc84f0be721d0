#pragma once

#include "actors/node/accept_capacity.hpp"
#include "actors/node_context.hpp"
#include "cluster/membership/callback_gate.hpp"
#include "cluster/membership/cluster_timer.hpp"
#include "cluster/membership/membership.hpp"
#include "cluster/membership/peers.hpp"
#include "cluster/membership/user_index.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace rookery {

/// A node's part in its cluster: makes what the actors use of it, and tells
/// them what becomes of other nodes, and of this one.
///
/// Thread: that of the node, but for what is called back.
class node_cluster {
public:
  /// `on_fatal` is called when the node must not go on; from any thread.
  node_cluster(
      node_context& context, std::function<void(std::string)> on_fatal);
  ~node_cluster();
  node_cluster(const node_cluster&) = delete;
  node_cluster& operator=(const node_cluster&) = delete;

  /// Before the first actor. Tries until NATS is there, or `pause`, which is
  /// called between tries, says that it is enough; then false. Refuses what
  /// trying again does not cure.
  result<bool> connect(const std::function<bool()>& pause);
  /// When the actors are there.
  result<void> join();

  void set_state(node_state to) { membership_->set_state(to); }
  std::shared_ptr<const cluster_view> view() const {
    return membership_->view();
  }
  /// The last word to the others. The rooms' logs are not needed any more.
  void leave();

private:
  result<void> try_to_connect();
  void make_parts();
  void on_change(
      const std::shared_ptr<const cluster_view>& view,
      const std::vector<cluster_event>& events);
  void on_fenced(const cluster_fencing& fencing);
  void on_bus_state(const bus_state_notice& notice);
  void tell_facts();
  std::chrono::milliseconds hold_after(const cluster_event& event);
  node_facts facts();
  uint64_t journal_lag_ms();
  cluster_totals totals() const;

  node_context& context_;
  std::function<void(std::string)> on_fatal_;
  // At the heartbeat before. Thread: the timer's, but for the first.
  uint64_t commits_ = 0;
  double commit_seconds_ = 0;
  uint64_t lag_ms_ = 0;
  /// Of the last change, or of the start.
  std::atomic<int64_t> connected_since_ms_{0};
  std::atomic<bool> connected_{false};
  accept_capacity accepts_; // of the timer's thread
  /// Other nodes that drain, and since when. Of what is called back.
  std::map<node_life, std::chrono::milliseconds> draining_;
  /// For what the bus and the timer call: both may outlive this for a moment.
  std::shared_ptr<callback_gate> gate_ = std::make_shared<callback_gate>();
  thread_timer timer_;
  std::shared_ptr<bus> bus_;
  std::optional<cluster_peers> peers_;
  std::optional<cluster_user_index> users_;
  std::optional<cluster_membership> membership_;
};

} // namespace rookery

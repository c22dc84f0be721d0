#pragma once

#include "cluster/membership/cluster_timer.hpp"
#include "cluster/membership/peers.hpp"
#include "cluster/membership/remote_users.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

struct user_index_settings {
  std::string cluster; // a word of a subject (`valid_cluster_name`)
  /// What appears is told at once, but not more often than so: the others'
  /// cost is per message.
  std::chrono::milliseconds flush{20};
  /// What vanishes is told so late: many users come back at once, and what
  /// others do not know of it costs them a message in vain.
  std::chrono::milliseconds flush_vanished{500};
  /// How long the loss of a last message may go unseen.
  std::chrono::milliseconds repeat{2'000};
  std::chrono::milliseconds ask_deadline{2'000};
  std::size_t changes_max = 16'384; // of one message; 3 bytes each
  remote_users::bounds others;
};

/// Which nodes may have connections of a user, so that not every node is asked.
/// Never misses a node for long that has the user, and names some that have
/// not: one whose user appeared is known after the flight of a message; while
/// messages are lost, after `repeat` and an image at most. Who just comes may
/// be missed by a message that is sent at the same time, as by any index.
///
/// No call waits. Thread: any. Bus, timer and peers outlive it.
class cluster_user_index {
public:
  cluster_user_index(
      bus& over, cluster_timer& timer, cluster_peers& peers,
      user_index_settings settings, node_life life);
  ~cluster_user_index();
  cluster_user_index(const cluster_user_index&) = delete;
  cluster_user_index& operator=(const cluster_user_index&) = delete;

  /// Once. Errors are those of `subscribe`.
  [[nodiscard]] result<void> start();
  /// As the membership does.
  void begin_life(node_life life);
  /// To be told of each view after `start`, and after the peers were.
  void members_changed(const cluster_view& view);

  /// A user has a connection here more, or less; each `remove` is of one `add`.
  void add(std::string_view user);
  void remove(std::string_view user);

  /// Other nodes that live and may have the user; by life, rising. One that was
  /// not heard of well enough is among them.
  std::vector<node_life> nodes_for(std::string_view user) const;

  user_index_counts counts() const;

private:
  struct core;
  std::shared_ptr<core> core_;
};

} // namespace rookery

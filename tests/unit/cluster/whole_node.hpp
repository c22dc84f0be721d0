#pragma once

#include "cluster/membership/membership.hpp"
#include "cluster/membership/user_index.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace rookery {

/// All that a node has of its cluster, put together as a node does it.
struct whole_node {
  whole_node(
      std::unique_ptr<bus> over, cluster_timer& timer, const std::string& name,
      node_life life)
      : net(std::move(over))
      , peers(*net, {.cluster = "test", .name = name}, life)
      , users(*net, timer, peers, {.cluster = "test"}, life)
      , members(
            *net, timer, {.cluster = "test", .table = {.name = name}}, life,
            handlers()) {}

  bool start() { return peers.start() && users.start() && members.start(); }

  membership_handlers handlers() {
    return {
        [this](const auto& view, const auto&) {
          peers.members_changed(view);
          users.members_changed(*view);
        },
        [this](const cluster_fencing& why) {
          const auto life = make_life(why.above);
          if (!members.begin_life(life) || !peers.begin_life(life))
            began = false;
          users.begin_life(life);
        }};
  }
  node_life life() const { return members.view()->self; }

  std::unique_ptr<bus> net;
  std::atomic<bool> began = true; // each life that had to begin did
  cluster_peers peers;
  cluster_user_index users;
  cluster_membership members; // first to end: it calls the others
};

} // namespace rookery

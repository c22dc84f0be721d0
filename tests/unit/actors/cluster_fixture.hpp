#pragma once

#include "cluster/bus/memory_bus.hpp"
#include "cluster/journal/shared_memory_log.hpp"
#include "cluster/membership/peers.hpp"
#include "tests/unit/actors/node_fixture.hpp"

#include <set>

namespace rookery::testing {

/// Three nodes whose rooms share their logs. What is under way between them
/// goes on in an order that `seed` chose. `change` has its say of each node.
struct cluster_fixture : test_coordinator_fixture<> {
  /// Whose time the log's stamps are.
  enum class stamps : uint8_t { of_the_system, of_the_test };

  explicit cluster_fixture(
      uint64_t seed = 1, std::size_t nodes_wanted = 3,
      const std::function<void(node_context&)>& change = {},
      stamps time = stamps::of_the_system)
      : log(seed, clock_of(time))
      , hub(seed) {
    for (std::size_t i = 0; i < nodes_wanted; ++i) {
      add_wires(i, nodes_wanted);
      nodes.push_back(
          std::make_unique<test_node>(*this, [&, i](node_context& context) {
            context.node_id = "n-" + std::to_string(i + 1);
            context.logs = log.attach();
            context.life = i + 1;
            context.is_alive = [this](uint64_t life) {
              return !dead.contains(life);
            };
            context.rank = [i] { return static_cast<uint32_t>(i); };
            context.wires = wires[i];
            context.peers = peers[i].get();
            for (auto& topic : context.settings.topics)
              topic.history_messages = 10'000;
            if (change)
              change(context);
          }));
      peers[i]->answer(
          peer_kind::room_part,
          [node = nodes[i].get()](const peer_call& call, peer_reply reply) {
            if (!node->context.supervisor)
              return; // it has ended
            ++node->parts_wanted;
            caf::anon_send(
                node->root,
                part_order{*decode_handover_request(call.body), reply});
          });
    }
    for (auto& node : nodes)
      node->more_work = [this] { return log.run_one() || hub.run_one(); };
  }

  void run() { nodes.front()->run(); }
  /// At most so many steps of what is under way; actors and log take turns.
  void runs_some(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) {
      if (i % 3 == 0 && log.run_one())
        continue;
      if (!sched.try_run_once() && !log.run_one())
        return;
    }
  }
  topic_class& rules(std::size_t node) {
    return nodes[node]->context.settings.topics.front();
  }

  /// Others see that this run of a node is over.
  void bury(uint64_t life) {
    dead.insert(life);
    for (auto& node : nodes)
      if (node->context.life != life)
        caf::anon_send(node->root, gone_order{life});
    run();
  }

  shared_memory_log log;
  memory_hub hub;
  std::vector<std::shared_ptr<bus>> wires;
  std::vector<std::unique_ptr<cluster_peers>> peers;
  std::set<uint64_t> dead;
  std::vector<std::unique_ptr<test_node>> nodes;

private:
  clock_source clock_of(stamps time) {
    clock_source from;
    if (time == stamps::of_the_test)
      from.wall = from.steady = [this] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            sched.clock().now().time_since_epoch());
      };
    return from;
  }
  void add_wires(std::size_t node, std::size_t nodes_wanted) {
    wires.push_back(hub.attach("n-" + std::to_string(node + 1)));
    peer_settings settings;
    settings.cluster = "test";
    settings.name = "n-" + std::to_string(node + 1);
    peers.push_back(
        std::make_unique<cluster_peers>(*wires.back(), settings, node + 1));
    ROOKERY_CHECK(peers.back()->start(), "a bus in memory takes it");
    cluster_view view;
    view.self = node + 1;
    for (std::size_t i = 0; i < nodes_wanted; ++i) {
      cluster_node one;
      one.name = "n-" + std::to_string(i + 1);
      one.life = i + 1;
      view.nodes.push_back(one);
    }
    peers.back()->members_changed(
        std::make_shared<const cluster_view>(std::move(view)));
  }
};

} // namespace rookery::testing

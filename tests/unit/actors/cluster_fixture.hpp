#pragma once

#include "cluster/journal/shared_memory_log.hpp"
#include "tests/unit/actors/node_fixture.hpp"

#include <set>

namespace rookery::testing {

/// Three nodes whose rooms share their logs. What is under way between them
/// goes on in an order that `seed` chose.
struct cluster_fixture : test_coordinator_fixture<> {
  explicit cluster_fixture(uint64_t seed = 1, std::size_t nodes_wanted = 3)
      : log(seed) {
    for (std::size_t i = 0; i < nodes_wanted; ++i)
      nodes.push_back(
          std::make_unique<test_node>(*this, [&, i](node_context& context) {
            context.node_id = "n-" + std::to_string(i + 1);
            context.logs = log.attach();
            context.life = i + 1;
            context.is_alive = [this](uint64_t life) {
              return !dead.contains(life);
            };
            context.rank = [i] { return static_cast<uint32_t>(i); };
            for (auto& topic : context.settings.topics)
              topic.history_messages = 10'000;
          }));
    for (auto& node : nodes)
      node->more_work = [this] { return log.run_one(); };
  }

  void run() { nodes.front()->run(); }
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
  std::set<uint64_t> dead;
  std::vector<std::unique_ptr<test_node>> nodes;
};

} // namespace rookery::testing

#pragma once

#include "actors/api/peer_answers.hpp"
#include "actors/api/relay.hpp"
#include "cluster/journal/shared_memory_log.hpp"
#include "tests/unit/actors/node_fixture.hpp"
#include "tests/unit/actors/said_request.hpp"
#include "tests/unit/cluster/cluster_fixture.hpp"
#include "tests/unit/cluster/whole_node.hpp"

namespace rookery::testing {

/// Nodes that know and call each other over a bus in memory; their rooms share
/// their logs. Node i has the name "n<i+1>" and the life i + 1.
struct peer_fixture : test_coordinator_fixture<> {
  explicit peer_fixture(std::size_t nodes_wanted = 3) {
    for (std::size_t i = 0; i < nodes_wanted; ++i) {
      const auto name = "n" + std::to_string(i + 1);
      parts.push_back(std::make_unique<whole_node>(
          time.hub.attach(name), time.timer, name, i + 1));
      if (!parts.back()->start())
        CAF_FAIL("a node does not start");
    }
    time.run(std::chrono::seconds{2}); // all know all
    for (std::size_t i = 0; i < nodes_wanted; ++i)
      nodes.push_back(
          std::make_unique<test_node>(*this, [&, i](node_context& context) {
            set_up(context, *parts[i], i + 1);
          }));
    for (auto& node : nodes) {
      answer_peers(node->context);
      node->more_work = [this] { return log.run_one() || run_bus(); };
    }
  }
  ~peer_fixture() { nodes.clear(), counters_of_this_thread() = nullptr; }

  void set_up(node_context& context, whole_node& part, uint64_t life) {
    context.node_id = "n" + std::to_string(life);
    context.life = life;
    context.logs = log.attach();
    context.wires = {std::shared_ptr<void>{}, part.net.get()};
    context.settings.cluster.name = "test";
    context.is_alive = [&part](uint64_t of) {
      return part.members.view()->find(of) != nullptr;
    };
    context.view = [&part] { return part.members.view(); };
    context.view_clock = [this] { return time.timer.now(); };
    context.count_cluster = [&part] {
      return cluster_totals{
          part.net->counts(),
          {part.members.counts(),
           part.peers.counts(),
           part.users.counts(),
           {}}};
    };
    context.peers = &part.peers;
    context.user_index = &part.users;
    context.joined = true;
  }

  void run() { nodes.front()->run(); }
  /// What is on its way arrives, and what was to be told some time later, too.
  void settle() {
    run();
    time.run(std::chrono::seconds{1});
    run();
  }
  /// Time does not pass, unless nothing else can happen: calls that wait for
  /// an answer fail then.
  bool run_bus() {
    const auto before = progress();
    time.hub.run_until(time.hub.now());
    return progress() != before || (waits() && time.hub.run_one());
  }
  /// Another one after each message and each end of a call.
  std::vector<uint64_t> progress() const {
    std::vector<uint64_t> all;
    for (const auto& part : parts) {
      const auto calls = part->peers.counts();
      all.insert(
          all.end(), {part->net->counts().in, calls.handled, calls.waiting});
    }
    return all;
  }
  bool waits() const {
    return std::any_of(parts.begin(), parts.end(), [](const auto& part) {
      return part->peers.counts().waiting > 0;
    });
  }
  void cut(std::size_t node) {
    for (const auto& other : parts)
      if (const auto name = other->members.view()->name; name != name_of(node))
        time.hub.cut(name, name_of(node));
  }
  static std::string name_of(std::size_t node) {
    return "n" + std::to_string(node + 1);
  }

  test_client connect(std::size_t node, const std::string& user) {
    auto one = nodes[node]->connect(user);
    settle();
    one.forget();
    return one;
  }
  void say(test_client& who, std::string_view json) {
    who.say(json);
    run();
  }
  /// The answer of a node's internal listener.
  http_response ask(std::size_t node, const said_request& request) {
    auto& context = nodes[node]->context;
    auto call = read_call(request, context);
    if (auto* refused = std::get_if<http_response>(&call))
      return *refused;
    std::vector<http_response> answers;
    carry_out(
        sys, context, std::get<api_call>(std::move(call)),
        {request.said_method, request.said_target, request.said_body, {}},
        [&](http_response got) { answers.push_back(std::move(got)); });
    run();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    return answers.front();
  }
  std::string get(std::size_t node, std::string target) {
    return ask(node, {"GET", std::move(target)}).body;
  }

  cluster_time time;
  shared_memory_log log{1};
  std::vector<std::unique_ptr<whole_node>> parts;
  std::vector<std::unique_ptr<test_node>> nodes;
};

/// Texts behind `"name":`, in their order.
inline std::vector<std::string>
all_texts(const std::string& body, const std::string& name) {
  const auto key = "\"" + name + "\":\"";
  std::vector<std::string> found;
  for (auto at = body.find(key); at != std::string::npos;
       at = body.find(key, at)) {
    at += key.size();
    found.push_back(body.substr(at, body.find('"', at) - at));
  }
  return found;
}

} // namespace rookery::testing

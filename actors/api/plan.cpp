#include "actors/api/plan.hpp"

#include "actors/api/answers.hpp"
#include "cluster/membership/user_index.hpp"

#include <algorithm>

namespace rookery {

namespace {

planned_node here(const node_context& node) {
  return {node.node_id, node.life};
}

call_plan here_alone(const node_context& node) {
  return {{here(node)}, {}, true};
}

std::variant<call_plan, http_response>
plan_for_node(std::string_view name, const node_context& node) {
  if (name == node.node_id || !node.in_cluster())
    return here_alone(node);
  const auto view = node.view();
  // Of two lives with one name the greater is the one that goes on.
  for (auto one = view->nodes.rbegin(); one != view->nodes.rend(); ++one)
    if (one->name == name)
      return call_plan{{{one->name, one->life}}, {}, false};
  return error_answer(
      404, "node: no node " + std::string{name} + " is in the cluster", "node");
}

/// The nodes with these lives that are in the cluster, and this one.
std::vector<planned_node>
with_here(const std::vector<node_life>& lives, const node_context& node) {
  const auto view = node.view();
  std::vector<planned_node> found{here(node)};
  for (const auto life : lives)
    if (const auto* other = view->find(life); other && life != node.life)
      found.push_back({other->name, life});
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.life < b.life;
  });
  return found;
}

std::vector<planned_node> all_nodes(const node_context& node) {
  std::vector<node_life> lives;
  for (const auto& one : node.view()->nodes)
    lives.push_back(one.life);
  return with_here(lives, node);
}

std::vector<planned_node>
who_may_have(const std::string& user, const node_context& node) {
  return with_here(node.user_index->nodes_for(user), node);
}

bool is_only_here(const call_plan& plan, const node_context& node) {
  return plan.nodes.size() == 1 && plan.nodes.front().life == node.life
         && !plan.then;
}

call_plan plan_list(const list_call& call, const node_context& node) {
  auto all =
      call.user.empty() ? all_nodes(node) : who_may_have(call.user, node);
  std::erase_if(all, [&](const auto& one) { return one.life < call.life; });
  call_plan plan;
  plan.nodes = std::move(all);
  if (call.user.empty() && plan.nodes.size() > 1) {
    plan.then = plan.nodes[1];
    plan.nodes.resize(1);
  }
  plan.here_alone = is_only_here(plan, node);
  return plan;
}

} // namespace

std::variant<call_plan, http_response>
plan_of(const api_call& call, const node_context& node) {
  if (const auto name = node_of(call); !name.empty())
    return plan_for_node(name, node);
  if (!node.in_cluster())
    return here_alone(node);
  if (const auto* list = std::get_if<list_call>(&call))
    return plan_list(*list, node);
  const auto* disconnect = std::get_if<disconnect_call>(&call);
  const auto* user =
      disconnect ? std::get_if<std::string>(&disconnect->whom) : nullptr;
  if (!user)
    return here_alone(node);
  call_plan plan;
  plan.nodes = who_may_have(*user, node);
  plan.here_alone = is_only_here(plan, node);
  return plan;
}

} // namespace rookery

#pragma once

#include "actors/api/call.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rookery {

/// A node that a call is asked of.
struct planned_node {
  std::string name;
  node_life life = 0;
};

/// Who carries a call out.
struct call_plan {
  std::vector<planned_node> nodes; // together; by life, rising
  /// Of a list: where it goes on when it has come to the end of those.
  std::optional<planned_node> then;
  /// Only this node, for itself.
  bool here_alone = false;
};

/// Who is to carry `call` out, or the answer that says that nobody can. A user
/// is looked for where the index of users says that he may be; without a user a
/// list is of one node at a time. Thread: any.
std::variant<call_plan, http_response>
plan_of(const api_call& call, const node_context& node);

} // namespace rookery

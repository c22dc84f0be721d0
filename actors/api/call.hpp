#pragma once

#include "actors/messages.hpp"
#include "actors/node_context.hpp"
#include "cluster/membership/cluster_view.hpp"
#include "net/http/app.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// What the internal HTTP API is asked for (docs/internal-api.md).

namespace rookery {

/// Where a list goes on: on which thread, and there from which place.
struct scan_cursor {
  uint16_t thread = 0;
  std::optional<uint64_t> from; // none: its first

  bool operator==(const scan_cursor&) const = default;
};

/// Where a list goes on in a cluster: "2f.1-2a" at the node with the life 2f,
/// "2f." at its first connection.
std::string cursor_text(node_life life, const std::optional<scan_cursor>& at);

/// "1-2a", or "1".
std::string to_text(const scan_cursor& cursor);
std::optional<scan_cursor> cursor_of(std::string_view text);

// `node` is the name of the one that is meant; empty: a call that can be about
// all nodes is, another one is about this node.

struct list_call {
  std::string user; // empty: all
  connection_filter wanted;
  /// In a cluster the page begins at the node with this life, or at the first
  /// behind it; `from` counts if that is this node.
  node_life life = 0;
  scan_cursor from;
  uint32_t limit = 0;
  std::string node;
};
struct show_call {
  connection_id id = 0;
  std::string node;
};
struct closed_call {
  uint32_t limit = 0;
  std::string node;
};
struct count_call {
  std::string node;
};
struct disconnect_call {
  std::variant<std::string, connection_id> whom; // a user, or one connection
  close_code code = close_code::disconnected_by_api;
  std::string node;
};
/// The connections with most waiting for them.
struct slowest_call {
  uint32_t limit = 0;
  std::string node;
};
/// The topics with the most publishes.
struct busiest_call {
  uint32_t limit = 0;
  std::string node;
};
/// Who is in a room.
struct presence_call {
  presence_request request;
};
/// What was said in it.
struct history_call {
  history_request request;
};
/// Where this node stands in it.
struct room_state_call {
  std::string topic;
  std::string node;
};
/// Which nodes there are.
struct nodes_call {};
/// All metrics, with a survey of the connections.
struct metrics_call {};
using api_call = std::variant<
    list_call, show_call, closed_call, count_call, disconnect_call,
    slowest_call, busiest_call, presence_call, history_call, room_state_call,
    nodes_call, metrics_call>;

/// The node that a call names; empty: none.
std::string_view node_of(const api_call& call);

/// Keeps what a request needs of its node until it was answered.
using api_pass = std::shared_ptr<callback_gate::pass>;

/// One request on its way, with who waits for its answer.
struct api_order {
  api_call call;
  http_responder respond;
  std::chrono::milliseconds within{0};
  api_pass inside;
};

inline constexpr uint32_t page_default = 100;
inline constexpr uint32_t page_max = 1000;
inline constexpr uint32_t ranking_default = 20;
inline constexpr uint32_t ranking_max = 100;

bool is_api_path(std::string_view path);

/// What a request asks for, or the answer that refuses it: 400, 403, 404 or
/// 405. Thread: any.
std::variant<api_call, http_response>
read_call(const http_request& request, const node_context& node);

} // namespace rookery

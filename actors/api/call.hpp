#pragma once

#include "actors/messages.hpp"
#include "actors/node_context.hpp"
#include "net/http/app.hpp"

#include <cstdint>
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

/// "1-2a", or "1".
std::string to_text(const scan_cursor& cursor);
std::optional<scan_cursor> cursor_of(std::string_view text);

struct list_call {
  std::string user; // empty: all
  connection_filter wanted;
  scan_cursor from;
  uint32_t limit = 0;
};
struct show_call {
  connection_id id = 0;
};
struct closed_call {
  uint32_t limit = 0;
};
struct count_call {};
struct disconnect_call {
  std::variant<std::string, connection_id> whom; // a user, or one connection
  close_code code = close_code::disconnected_by_api;
};
/// The connections with most waiting for them.
struct slowest_call {
  uint32_t limit = 0;
};
/// The topics with the most publishes.
struct busiest_call {
  uint32_t limit = 0;
};
/// All metrics, with a survey of the connections.
struct metrics_call {};
using api_call = std::variant<
    list_call, show_call, closed_call, count_call, disconnect_call,
    slowest_call, busiest_call, metrics_call>;

/// One request on its way, with who waits for its answer.
struct api_order {
  api_call call;
  http_responder respond;
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

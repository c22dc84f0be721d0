#pragma once

#include "actors/node_context.hpp"
#include "net/http/app.hpp"

#include <string_view>

namespace rookery {

inline constexpr std::string_view drain_path = "/drain";

/// The answer to a request of /drain (docs/internal-api.md): POST starts the
/// drain of this node, GET says how far it is. Does not wait. Thread: any.
http_response
drain_answer(const http_request& request, const node_context& node);

} // namespace rookery

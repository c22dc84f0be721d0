#pragma once

#include "actors/api/call.hpp"

// What the internal HTTP API is asked about rooms. Thread: any.

namespace rookery {

using answer_or_call = std::variant<api_call, http_response>;

answer_or_call
read_presence(const http_request& request, const node_context& node);
answer_or_call
read_history(const http_request& request, const node_context& node);
answer_or_call
read_room_state(const http_request& request, const node_context& node);

} // namespace rookery

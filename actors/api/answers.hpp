#pragma once

#include "actors/api/call.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The answers of the internal HTTP API, in JSON (docs/internal-api.md).
// Thread: any.

namespace rookery {

/// {"error":"...","field":"..."}; without a field where none is to blame.
http_response error_answer(
    unsigned status, std::string_view error, std::string_view field = {});

http_response list_answer(
    const std::vector<connection_details>& found,
    const std::optional<scan_cursor>& next, std::string_view node_id);
http_response
show_answer(const connection_details& one, std::string_view node_id);
http_response closed_answer(const recently_closed& closed);
http_response
counts_answer(const state_counts& states, const registry_counts& known);
http_response disconnect_answer(uint64_t disconnected);

} // namespace rookery

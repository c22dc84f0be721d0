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
    const std::vector<connection_details>& found, std::string_view next,
    std::string_view node_id);
http_response
show_answer(const connection_details& one, std::string_view node_id);
http_response closed_answer(const recently_closed& closed);
http_response
counts_answer(const state_counts& states, const registry_counts& known);
http_response slowest_answer(
    const std::vector<connection_details>& found, std::string_view node_id,
    steady_time now);
http_response busiest_answer(const std::vector<topic_load>& found);
/// The metrics in Prometheus text.
http_response metrics_answer(
    const node_context& node, std::optional<connection_survey> survey);
http_response disconnect_answer(uint64_t disconnected);
/// All nodes of the cluster, or this one.
http_response nodes_answer(const node_context& node);
/// What a topic said; of an error the status that fits.
http_response topic_answer(const std::string& topic, const answer& said);

} // namespace rookery

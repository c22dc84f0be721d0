#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rookery {

/// Why a client is not let in: the HTTP answer to its upgrade request, and the
/// label of the metric.
enum class refusal : uint8_t {
  none,
  node_full,    // limits.connections
  too_fast,     // limits.connections-per-second
  address_full, // limits.connections-per-address
  overloaded,   // memory.budget
  not_ready,
  unauthorized,
  wrong_origin,
  draining, // the node sends its clients elsewhere
};

struct refusal_facts {
  std::string_view name;
  unsigned status;
  std::string_view text;
};

inline constexpr std::array refusals{
    refusal_facts{"none", 101, ""},
    refusal_facts{"node_full", 503, "too many connections"},
    refusal_facts{"too_fast", 503, "too many new connections"},
    refusal_facts{
        "address_full", 429, "too many connections from this address"},
    refusal_facts{"overloaded", 503, "overloaded: short of memory"},
    refusal_facts{"not_ready", 503, "not ready"},
    refusal_facts{"unauthorized", 401, "unauthorized"},
    refusal_facts{"wrong_origin", 403, "this origin may not connect"},
    refusal_facts{"draining", 503, "draining: other nodes serve"},
};

constexpr const refusal_facts& facts(refusal why) noexcept {
  return refusals[static_cast<std::size_t>(why)];
}

} // namespace rookery

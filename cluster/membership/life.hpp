#pragma once

#include <chrono>
#include <cstdint>

namespace rookery {

/// One life of a node: from its start, or from where it learnt that others had
/// given it up, to the next. Not 0, and below 2^63. Lives of one name rise.
using node_life = uint64_t;

/// Milliseconds since 1970 and 20 random bits, but greater than `above`, so
/// that a wall clock that was set back does not stop a node from coming back.
[[nodiscard]] node_life make_life(
    std::chrono::milliseconds since_1970, uint64_t random,
    node_life above = 0) noexcept;

/// By the wall clock and randomness of the system. Thread: any.
[[nodiscard]] node_life make_life(node_life above = 0);

} // namespace rookery

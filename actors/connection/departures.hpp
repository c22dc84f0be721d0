#pragma once

#include "actors/connection_messages.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <vector>

namespace rookery {

/// When the `index`th of `clients` of one thread goes, after the beginning of
/// the window. Threads spread theirs alike, each a little later than the one
/// before it, so that all clients of the node go one after the other.
std::chrono::milliseconds departure_offset(
    uint64_t index, uint64_t clients, std::chrono::milliseconds window,
    uint16_t thread, std::size_t threads);

/// The clients of one thread that are sent away. Bounded by its connections.
///
/// Thread: its fanout's.
struct departures {
  struct departure {
    connection_id id = 0;
    steady_time due; // of the close
  };

  depart_order order;
  uint64_t clients = 0;        // when it began
  uint64_t told = 0;           // of those
  connection_id last_told = 0; // ids rise
  std::deque<departure> due;   // by time
  /// Those whose time came and whose last answers are on their way, with the
  /// time at which they are closed all the same.
  std::vector<departure> late;
  bool closing = false; // it is looked at `due` and `late` again
};

} // namespace rookery

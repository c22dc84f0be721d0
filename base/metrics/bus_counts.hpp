#pragma once

#include <cstdint>

namespace rookery {

/// Whether messages can pass. A bus that is `connecting` was never connected;
/// `closed` is final.
enum class bus_state : uint8_t { connecting, connected, disconnected, closed };

/// What a bus did since the start.
struct bus_counts {
  uint64_t out = 0; // taken from the caller, requests and answers included
  uint64_t out_bytes = 0; // payloads
  uint64_t refused = 0;   // at a bound, or closed
  uint64_t in = 0;        // given to a subscription
  uint64_t in_bytes = 0;
  /// Came, and was given to nobody: a subscription did not keep up.
  uint64_t dropped = 0;
  /// Taken from the caller and never sent: too long for the server, or the end
  /// came first.
  uint64_t unsent = 0;
  uint64_t reconnects = 0;
  uint64_t waiting = 0; // now: taken and not handed on
  uint64_t waiting_bytes = 0;
  uint64_t requests = 0; // now: without an answer
  uint64_t subscriptions = 0;
  bus_state state = bus_state::connecting; // now
};

} // namespace rookery

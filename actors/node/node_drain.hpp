#pragma once

#include "actors/node/drain_plan.hpp"
#include "actors/node_context.hpp"

#include <functional>
#include <mutex>
#include <optional>

namespace rookery {

/// How a node of a cluster sends its clients to the others before it stops:
///
/// running -> draining -> stopped, never back. While it drains it lets nobody
/// in; each thread tells its clients one by one when to go and closes who has
/// not gone (actors/connection/departures.hpp). Meanwhile all else works: rooms
/// hold who was sent away until he is back elsewhere.
///
/// Outlives the actors. Thread: any, but for `wait`.
class node_drain {
public:
  /// `announce` tells other nodes that this one drains.
  node_drain(node_context& context, std::function<void()> announce);

  /// Once; later calls are answered with the plan that is carried out. `rate`:
  /// connections per second, none: drain.rate. Refuses (`conflict`) when no
  /// other node is up: there is nowhere to send clients to.
  [[nodiscard]] result<drain_plan> start(std::optional<uint64_t> rate);
  /// None: it has not started.
  std::optional<drain_plan> plan() const;
  /// Where its clients could go.
  other_nodes others() const;
  /// WebSocket connections that this node has.
  uint64_t connections() const;

  /// Returns when nobody is left, or the limit is over, or `stop`, which is
  /// called for pauses of the time that it is told, says so.
  void wait(const std::function<bool(std::chrono::milliseconds)>& stop) const;

private:
  drain_plan begin(uint64_t rate, uint64_t accepts);

  node_context& context_;
  std::function<void()> announce_;
  mutable std::mutex guard_; // of both below
  std::optional<drain_plan> plan_;
  steady_time begun_;
};

} // namespace rookery

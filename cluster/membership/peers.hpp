#pragma once

#include "base/metrics/cluster_counts.hpp"
#include "cluster/bus/bus.hpp"
#include "cluster/membership/cluster_view.hpp"
#include "cluster/membership/peer_wire.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rookery {

struct peer_settings {
  std::string cluster;            // a word of a subject (`valid_cluster_name`)
  std::string name;               // of this node
  std::size_t calls_max = 16'384; // without an answer
  std::size_t handling_max = 1'024; // of others, without an answer
};

/// Where the answer to a call goes; may be kept and answered later, by copies,
/// too. The first answer counts; when the last copy goes without one, the call
/// is refused (`internal`). May outlive what made it. Thread: any.
class peer_reply {
public:
  class place;
  explicit peer_reply(std::shared_ptr<place> to)
      : to_(std::move(to)) {}

  void ok(std::string_view body) const;
  void refuse(errc code, std::string why) const;

private:
  std::shared_ptr<place> to_;
};

struct peer_answer {
  node_life life = 0; // who was asked
  result<std::string> body;
};

/// Calls between nodes, on `node.<cluster>.<life in hexadecimal>`: each is
/// answered once, or told to have failed; what a call did then is not known.
///
/// No call waits. Thread: any; the destructor not under a lock that a callback
/// takes. It tells what waits `not_available`. The bus outlives it.
class cluster_peers {
public:
  /// On a thread of the bus, one at a time; must neither wait nor throw. A
  /// network that doubles messages calls it twice. `call.body` lives as long as
  /// it runs.
  using call_handler = std::function<void(const peer_call& call, peer_reply)>;
  /// On a thread of the bus, within `members_changed`, or within the call. Must
  /// neither wait nor throw, nor destroy the peers.
  using done_handler = std::function<void(result<std::string>)>;
  using all_done_handler = std::function<void(std::vector<peer_answer>)>;

  cluster_peers(bus& over, peer_settings settings, node_life life);
  ~cluster_peers();
  cluster_peers(const cluster_peers&) = delete;
  cluster_peers& operator=(const cluster_peers&) = delete;

  /// Once; others can call this node then. Errors are those of `subscribe`.
  [[nodiscard]] result<void> start();
  /// As the membership does; one at a time.
  [[nodiscard]] result<void> begin_life(node_life life);
  /// Calls go only to nodes of the last view, and those that wait for others
  /// fail. To be told of each view, the first before the first call.
  void members_changed(const std::shared_ptr<const cluster_view>& view);

  /// The own life can be called where the bus has an echo. `done` is called
  /// once, perhaps within the call: with the body, with the refusal of the
  /// other node, with `not_available` (it is not alive, or does not answer in
  /// time), or with `limit_exceeded` or `bad_request` (too many calls, too long
  /// a body).
  void call(
      node_life to, peer_kind kind, std::string_view body,
      std::chrono::milliseconds deadline, done_handler done);
  /// `done` is called once, perhaps within the call, with one answer for each
  /// of `lives`, in their order.
  void call_all(
      const std::vector<node_life>& lives, peer_kind kind,
      std::string_view body, std::chrono::milliseconds deadline,
      all_done_handler done);

  /// Who answers this kind; empty: nobody (`bad_request` for who calls).
  void answer(peer_kind kind, call_handler handler);

  peer_counts counts() const;

private:
  friend class peer_reply::place;
  struct core;
  std::shared_ptr<core> core_;
};

} // namespace rookery

#pragma once

#include "actors/lobby/lobby_topics.hpp"
#include "actors/messages.hpp"
#include "actors/remote_losses.hpp"
#include "actors/supervisor/memory_pressure.hpp"
#include "base/config/config.hpp"
#include "base/memory_meter.hpp"
#include "base/metrics/exposition.hpp"
#include "cluster/bus/bus.hpp"
#include "cluster/journal/journal.hpp"
#include "cluster/membership/callback_gate.hpp"
#include "net/auth/token.hpp"
#include "net/gate.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

class cluster_peers;
class cluster_user_index;
class node_drain;
struct cluster_view;
struct node_facts;

/// What a node counts of its cluster.
struct cluster_totals {
  bus_counts wires;
  cluster_counts parts;
};

inline constexpr std::string_view server_version = "rookery/0.1.0";

/// Where alerts are told to clients.
inline constexpr std::string_view alerts_topic = "$sys.alerts";

/// What all actors of a node know. Filled in before the first actor runs, and
/// constant from then on, but for the gauges; outlives the actors.
/// Thread: any.
struct node_context {
  config settings;
  std::string node_id; // new at each start: "n-5f0c..."
  std::unique_ptr<token_verifier> tokens;
  int64_t started_at = 0; // milliseconds since 1970
  /// Milliseconds since 1970, for clients; tests put their own here.
  std::function<int64_t()> wall_clock_ms;
  /// What the budget is spent on now; tests put their own here.
  std::function<memory_use()> memory_in_use = [] {
    return process_memory.in_use();
  };
  gate* door = nullptr; // of the public listener; null: there is none
  /// Where the logs of rooms are kept; null: in memory only.
  std::shared_ptr<journal> logs;

  /// In a cluster: what topics without a log, and nodes, talk over; null: this
  /// node is on its own.
  std::shared_ptr<bus> wires;
  /// In a cluster: which run of a node this is, which others may end before we
  /// know; then it is another one. 0: this node is on its own.
  std::atomic<uint64_t> life{0};
  /// Whether that run of a node is in the cluster, as far as we know.
  std::function<bool(uint64_t)> is_alive = [](uint64_t) { return false; };
  /// Connected for so long that every node that lives has been heard of.
  std::function<bool()> sees_others = [] { return true; };
  /// How many nodes are to do before us what each could do.
  std::function<uint32_t()> rank = [] { return uint32_t{0}; };
  /// What follows is there, and constant: this node is in a cluster. Before it
  /// runs it may be asked for metrics already.
  std::atomic<bool> joined{false};
  /// In a cluster: all its nodes, as far as we know.
  std::function<std::shared_ptr<const cluster_view>()> view;
  /// The clock of `cluster_node::last_seen`.
  std::function<std::chrono::milliseconds()> view_clock;
  std::function<cluster_totals()> count_cluster;
  cluster_peers* peers = nullptr;           // outlive the actors
  cluster_user_index* user_index = nullptr; //
  /// False: this node has not reached the others for some time.
  std::atomic<bool> linked{true};
  /// How this node sends its clients to others; null: there are none.
  node_drain* drain = nullptr;
  /// It has begun to; nobody is let in any more.
  std::atomic<bool> draining{false};
  /// So long, at least, are members held whose connection that ended: the time
  /// that all clients take to leave, and drain.hold.
  std::atomic<milliseconds> departure_hold{milliseconds{0}};

  mutable remote_losses lost;
  /// Who carries out a request of the internal API is inside, so that the
  /// actors that it asks stay.
  mutable callback_gate api_calls;

  supervisor_actor supervisor;
  registry_actor registry;
  std::vector<fanout_actor> fanouts;            // by thread
  std::vector<const thread_counters*> counters; // by thread

  /// Written by the supervisor; from `refuse` on nobody is let in.
  std::atomic<memory_level> pressure{memory_level::normal};
  bool overloaded() const noexcept { return pressure >= memory_level::refuse; }

  /// Sockets that are let in and no WebSocket connections yet, when there are
  /// `connections` of those.
  uint64_t connecting(uint64_t connections) const noexcept;

  /// For metrics; written by supervisor and registry.
  mutable std::atomic<uint64_t> topics{0};
  mutable std::atomic<uint64_t> users{0};
  /// Raised now, by scope; written by the watcher.
  mutable std::array<std::atomic<uint64_t>, alert_scopes.size()> alerts{};

  /// The class of the first pattern that matches; null: error 102.
  const topic_class* class_of(std::string_view topic) const;
  /// What the classes of lobbies bring with them.
  const lobby_topics& lobbies() const;

  bool in_cluster() const noexcept { return joined; }
  /// What can be said of this node itself, without what only its cluster knows.
  node_facts facts() const;

  /// Lets go of the actors, before their system ends.
  void release_actors();

private:
  mutable std::once_flag lobbies_made_;
  mutable std::optional<lobby_topics> lobbies_;
};

/// Of the time that a client's request may take, what another node has for its
/// part, so that its answer, or that there is none, is known in time.
constexpr std::chrono::milliseconds
remote_share(std::chrono::milliseconds whole) noexcept {
  return whole - whole / 4;
}

/// The wall clock of this machine.
int64_t system_clock_ms();

/// "c-2a-1f": a connection's id as clients and logs see it.
std::string to_text(connection_id id);
/// The id that `to_text` gave; none: it is no id of a connection.
std::optional<connection_id> connection_id_of(std::string_view text);

} // namespace rookery

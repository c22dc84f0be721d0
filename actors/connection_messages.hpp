#pragma once

#include "actors/interfaces.hpp"
#include "base/metrics/survey.hpp"
#include "base/protocol/events.hpp"
#include "cluster/membership/call_bodies.hpp"
#include "cluster/membership/peers.hpp"
#include "net/auth/identity.hpp"
#include "net/link.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// Messages about connections: to the registry, to the supervisor, and what is
// asked of threads. Those of topics, and the numbers of all, are in
// actors/messages.hpp.

namespace rookery {

/// Names a connection on this node: the index of its thread in the upper 16
/// bits, then a number that the thread never gives again.
using connection_id = uint64_t;

/// Monotonic, for measuring; never for what clients see.
using steady_time = std::chrono::steady_clock::time_point;

using user_ref = std::shared_ptr<const identity>;

/// Where the answer to an order goes.
struct asker {
  asking_actor actor;
  uint32_t serial = 0; // 0: nobody waits
};

// -- registry and connections -------------------------------------------------

/// What is known of a connection, and does not change. (Another is made when
/// the user becomes known.)
struct connection_record {
  connection_id id = 0;
  user_ref user; // null: it has not said who it is
  std::chrono::system_clock::time_point connected_at;
  steady_time opened_at;
  std::string address;
  std::shared_ptr<const std::string> user_agent; // many have the same
  frame_form form = frame_form::json;
};
using record_ref = std::shared_ptr<const connection_record>;

struct connection_entry {
  record_ref record;
  connection_actor handle;
};
/// A connection that left OPEN, with the one reason of its ending.
struct closed_connection {
  record_ref record;
  close_code reason = close_code::abnormal;
  std::chrono::system_clock::time_point closed_at;
  std::chrono::milliseconds lasted{0};
};
struct recently_closed {
  std::vector<closed_connection> all; // newest first
};
struct registry_counts {
  uint64_t connections = 0;
  uint64_t users = 0;
  uint64_t anonymous = 0; // connections
};
struct direct_order {
  asker from;
  user_ref sender;
  std::string receiver;
  std::string topic; // as of direct_event
  payload data;
};
/// The same from another node, for the connections that are here.
struct remote_direct {
  direct_call call;
  /// Who asked has been told by then that it failed.
  steady_time due;
  std::optional<peer_reply> reply; // there is one
};
/// One direct message, encoded once for all its receivers.
struct direct_delivery {
  event_frames frames;
};

// -- questions about connections ----------------------------------------------
//
// Whoever asks gets a page and a place from which the next one goes on, so that
// no thread is held up by a million connections. Lists that are not sorted are
// read from their end: an entry that goes is replaced by the last one, which
// was seen already. So who is there all the time is seen, perhaps twice.

/// Which connections are wanted.
struct connection_filter {
  std::string topic; // its subscribers; empty: all
  bool slow = false; // only those whose socket is full
};
/// Asks one thread for its connections, from a place on (none: the first).
struct scan_order {
  connection_filter wanted;
  std::optional<uint64_t> from;
  uint32_t found_max = 0;
  uint32_t visits_max = 0;
};
/// Asks one thread for these.
struct inspect_order {
  std::vector<connection_id> ids;
  connection_filter wanted;
};
/// A client that reads too slowly, as its connection sees it.
struct slow_report {
  enum class cause : uint8_t {
    stalled,  // its socket took nothing for the grace time
    overflow, // its outbox is full, and the topic allows none
    blocking, // it kept publishers waiting for too long
    memory,   // the node is short of memory
  };

  connection_actor connection;
  record_ref record;
  cause why = cause::stalled;
  std::string topic; // of `overflow` and `blocking`
  std::chrono::milliseconds stalled{0};
  link_traffic traffic;
};
/// The supervisor's verdict on laggards of one thread, with the reasons for
/// them.
struct cut_order {
  struct laggard {
    connection_id id = 0;
    std::string reason;
  };
  std::vector<laggard> laggards;
};
/// Closes these.
struct close_order {
  std::vector<connection_id> ids;
  close_code code = close_code::disconnected_by_api;
};
/// The node drains: each client is told when to go, the last at the end of the
/// window, and is closed a grace later.
struct depart_order {
  steady_time begun;
  std::chrono::milliseconds window{0};
  std::chrono::milliseconds limit{0}; // since `begun`; nobody stays longer
};
struct connection_details {
  record_ref record;
  std::vector<std::string> topics;
  link_state state = link_state::open;
  link_traffic traffic;
  uint32_t not_live = 0; // subscriptions that are behind or paused
  uint64_t lag = 0;      // messages that the one that lacks most does
  std::chrono::milliseconds lag_time{0}; // since it, or another, was live
};
struct connection_page {
  std::vector<connection_details> found;
  std::optional<uint64_t> next; // where more may be
  uint32_t visits = 0;          // what it cost
};
/// Asks one thread for numbers of its connections, from a place on.
struct survey_order {
  std::optional<uint64_t> from;
  uint32_t visits_max = 0;
};
struct survey_page {
  connection_survey found;
  std::optional<uint64_t> next;
};
/// Asks one thread which of its connections, from a place on, have most waiting
/// for them; those with an empty outbox are none of them.
struct deepest_order {
  std::optional<uint64_t> from;
  std::size_t bytes_min = 1; // with less in its outbox one is not wanted
  uint32_t found_max = 0;
  uint32_t visits_max = 0;
};
/// Asks one thread which of its topics, from a place on, are the busiest.
struct busiest_order {
  std::optional<uint64_t> from;
  uint32_t found_max = 0;
  uint32_t visits_max = 0;
};
/// Asks one thread for these topics.
struct load_order {
  std::vector<std::string> topics;
};
/// What a topic gives one thread to do, or all.
struct topic_load {
  std::string name;
  double publishes_per_second = 0; // of clients of these threads
  uint64_t subscribers = 0;        // of these threads
};
constexpr bool is_busier(const topic_load& a, const topic_load& b) noexcept {
  return a.publishes_per_second != b.publishes_per_second
             ? a.publishes_per_second > b.publishes_per_second
             : a.subscribers > b.subscribers;
}
struct topic_page {
  std::vector<topic_load> found;
  std::optional<uint64_t> next;
};
/// A thread's connections by the state of their life.
struct state_counts {
  uint64_t connecting = 0;
  uint64_t open = 0;
  uint64_t closing = 0;
};
/// Asks the registry for connections of one user.
struct find_order {
  std::string user;
  std::optional<uint64_t> from;
  uint32_t found_max = 0;
};
struct user_page {
  std::vector<connection_id> ids;
  std::optional<uint64_t> next;
};

} // namespace rookery

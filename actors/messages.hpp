#pragma once

#include "actors/interfaces.hpp"
#include "base/config/config.hpp"
#include "base/metrics/survey.hpp"
#include "base/protocol/events.hpp"
#include "cluster/journal/journal.hpp"
#include "net/auth/identity.hpp"
#include "net/link.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rookery {

/// Names a connection on this node: the index of its thread in the upper 16
/// bits, then a number that the thread never gives again.
using connection_id = uint64_t;

/// Monotonic, for measuring; never for what clients see.
using steady_time = std::chrono::steady_clock::time_point;

/// A topic's name and what the configuration says about it.
struct topic_identity {
  std::string name;
  topic_class rules;
  uint32_t number = 0; // of no other topic; its frames carry it
};
using topic_ref = std::shared_ptr<const topic_identity>;
using user_ref = std::shared_ptr<const identity>;

/// A subscriber as topics see it.
struct subscriber {
  connection_id connection = 0;
  uint16_t thread = 0;
  frame_form form = frame_form::json;
  user_ref user;
};

/// Where the answer to an order goes.
struct asker {
  connection_actor connection;
  uint32_t serial = 0; // 0: nobody waits
};

/// What an order came to. The wire's `id` is filled in by the connection.
struct answer {
  std::variant<
      ok_reply, subscribed_reply, unsubscribed_reply, published_reply,
      presence_reply, history_reply, sent_reply, error_reply>
      reply;
};

// -- to a topic ---------------------------------------------------------------

struct subscribe_order {
  subscriber who;
  uint32_t serial = 0;
  subscribe_request request;
};
struct unsubscribe_order {
  subscriber who;
  uint32_t serial = 0;
};
struct leave_order {
  subscriber who;
  close_code reason = close_code::abnormal;
};
struct publish_order {
  asker from;
  user_ref user;
  payload data;
  std::string key;
  std::string tag;
  steady_time arrived;
};
/// Changes the state of a room.
struct set_order {
  asker from;
  user_ref user;
  set_request request;
  steady_time arrived;
};
/// All subscribers of one thread have taken, or will not take, a delivery.
struct taken_order {
  uint64_t delivery = 0;
};
struct presence_order {
  asker from;
  presence_request request;
};
struct history_order {
  asker from;
  history_request request;
};
/// A subscriber that is behind wants the next part.
struct replay_order {
  subscriber who;
  uint64_t after = 0; // the last offset that it was sent
};
/// The node is short of memory, or no longer: a log may fill so much of its
/// bounds.
struct shrink_order {
  double share = 1;
};
/// The journal has taken a batch of a room's entries, or has not.
struct appended_notice {
  uint64_t batch = 0;
  result<journal_receipt> stored;
};
/// What the journal knows of a room's log.
struct found_log {
  result<journal_head> head;
};
/// A part of a room's log.
struct found_entries {
  uint64_t question = 0;
  result<journal_page> page;
};
/// What waits for a topic to be opened.
using topic_order = std::variant<
    subscribe_order, unsubscribe_order, leave_order, publish_order, set_order,
    presence_order, history_order, replay_order>;

// -- to a thread's fanout -----------------------------------------------------

struct deliver_order {
  topic_ref topic;
  event_frames frames;
  uint64_t offset = 0; // its place in the log; 0: there is none
  steady_time arrived; // of the publish that caused it
  steady_time ordered; // when it got its place
  std::string tag;     // of the publish
  /// With block-sender, its number: answered by a taken_order. 0: by nothing.
  uint64_t delivery = 0;
  /// Of a room, and no event of its log: who has no room for it misses nothing.
  bool passing = false;
};
struct attach_order {
  topic_ref topic;
  subscriber who;
  uint32_t serial = 0;
  answer reply; // an error_reply: the topic did not take the subscriber
  std::vector<std::string> then; // encoded events that follow the reply
  uint64_t newest = 0;           // of the log
  /// The subscriber goes on from here: what came after it is replayed. With
  /// `newest`, or without a log, there is nothing to replay.
  uint64_t after = 0;
};
/// Where a part of a replay was found.
enum class replay_source : uint8_t { ring, journal, snapshot };
/// The answer to a replay_order.
struct replay_chunk {
  topic_ref topic;
  connection_id connection = 0;
  uint64_t after = 0; // as it was asked
  frame events;       // none: nothing that is told came after that
  /// `events` is a snapshot where the log begins later.
  replay_source source = replay_source::ring;
  uint64_t last = 0;   // all up to it is told by `events`
  uint64_t newest = 0; // of the log
};
struct detach_order {
  topic_ref topic;
  connection_id connection = 0;
  uint32_t serial = 0;
  answer reply;
};
struct opened_topic {
  topic_ref topic;
  topic_actor handle;
};
struct refused_topic {
  std::string topic;
  failure why;
};
struct local_subscribers {
  std::vector<subscriber> all;
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
  payload data;
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

/// Gives a message type its number, and says that it never leaves the process.
#define ROOKERY_LOCAL_MESSAGE(type)                                            \
  CAF_ADD_TYPE_ID(rookery_messages, (type))                                    \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)

CAF_BEGIN_TYPE_ID_BLOCK(rookery_messages, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(rookery_messages, (rookery::connection_actor))
CAF_ADD_TYPE_ID(rookery_messages, (rookery::topic_actor))
CAF_ADD_TYPE_ID(rookery_messages, (rookery::fanout_actor))
CAF_ADD_TYPE_ID(rookery_messages, (rookery::registry_actor))
CAF_ADD_TYPE_ID(rookery_messages, (rookery::supervisor_actor))
CAF_ADD_TYPE_ID(rookery_messages, (rookery::api_actor))
CAF_ADD_TYPE_ID(rookery_messages, (rookery::alerter_actor))
CAF_ADD_TYPE_ID(rookery_messages, (rookery::close_code))
ROOKERY_LOCAL_MESSAGE(rookery::answer)
ROOKERY_LOCAL_MESSAGE(rookery::api_order)
ROOKERY_LOCAL_MESSAGE(rookery::appended_notice)
ROOKERY_LOCAL_MESSAGE(rookery::attach_order)
ROOKERY_LOCAL_MESSAGE(rookery::busiest_order)
ROOKERY_LOCAL_MESSAGE(rookery::close_order)
ROOKERY_LOCAL_MESSAGE(rookery::closed_connection)
ROOKERY_LOCAL_MESSAGE(rookery::connection_entry)
ROOKERY_LOCAL_MESSAGE(rookery::connection_page)
ROOKERY_LOCAL_MESSAGE(rookery::cut_order)
ROOKERY_LOCAL_MESSAGE(rookery::deepest_order)
ROOKERY_LOCAL_MESSAGE(rookery::deliver_order)
ROOKERY_LOCAL_MESSAGE(rookery::detach_order)
ROOKERY_LOCAL_MESSAGE(rookery::direct_order)
ROOKERY_LOCAL_MESSAGE(rookery::direct_delivery)
ROOKERY_LOCAL_MESSAGE(rookery::find_order)
ROOKERY_LOCAL_MESSAGE(rookery::found_entries)
ROOKERY_LOCAL_MESSAGE(rookery::found_log)
ROOKERY_LOCAL_MESSAGE(rookery::history_order)
ROOKERY_LOCAL_MESSAGE(rookery::inspect_order)
ROOKERY_LOCAL_MESSAGE(rookery::leave_order)
ROOKERY_LOCAL_MESSAGE(rookery::load_order)
ROOKERY_LOCAL_MESSAGE(rookery::local_subscribers)
ROOKERY_LOCAL_MESSAGE(rookery::opened_topic)
ROOKERY_LOCAL_MESSAGE(rookery::presence_order)
ROOKERY_LOCAL_MESSAGE(rookery::publish_order)
ROOKERY_LOCAL_MESSAGE(rookery::recently_closed)
ROOKERY_LOCAL_MESSAGE(rookery::refused_topic)
ROOKERY_LOCAL_MESSAGE(rookery::replay_chunk)
ROOKERY_LOCAL_MESSAGE(rookery::replay_order)
ROOKERY_LOCAL_MESSAGE(rookery::registry_counts)
ROOKERY_LOCAL_MESSAGE(rookery::scan_order)
ROOKERY_LOCAL_MESSAGE(rookery::set_order)
ROOKERY_LOCAL_MESSAGE(rookery::shrink_order)
ROOKERY_LOCAL_MESSAGE(rookery::slow_report)
ROOKERY_LOCAL_MESSAGE(rookery::state_counts)
ROOKERY_LOCAL_MESSAGE(rookery::subscribe_order)
ROOKERY_LOCAL_MESSAGE(rookery::survey_order)
ROOKERY_LOCAL_MESSAGE(rookery::survey_page)
ROOKERY_LOCAL_MESSAGE(rookery::taken_order)
ROOKERY_LOCAL_MESSAGE(rookery::topic_page)
ROOKERY_LOCAL_MESSAGE(rookery::unsubscribe_order)
ROOKERY_LOCAL_MESSAGE(rookery::user_page)
CAF_END_TYPE_ID_BLOCK(rookery_messages)

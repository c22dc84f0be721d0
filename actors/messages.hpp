#pragma once

#include "actors/connection_messages.hpp"
#include "actors/interfaces.hpp"
#include "base/config/config.hpp"
#include "base/metrics/survey.hpp"
#include "base/protocol/events.hpp"
#include "base/protocol/handover.hpp"
#include "cluster/journal/journal.hpp"
#include "cluster/membership/peers.hpp"
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

/// A topic's name and what the configuration says about it.
struct topic_identity {
  std::string name;
  topic_class rules;
  uint32_t number = 0; // of no other topic; its frames carry it
};
using topic_ref = std::shared_ptr<const topic_identity>;

/// A subscriber as topics see it.
struct subscriber {
  connection_id connection = 0;
  uint16_t thread = 0;
  frame_form form = frame_form::json;
  user_ref user;
};

/// What an order came to. The wire's `id` is filled in by the connection.
struct answer {
  std::variant<
      ok_reply, subscribed_reply, unsubscribed_reply, published_reply,
      presence_reply, history_reply, room_state_reply, sent_reply, seat_reply,
      lobby_list_reply, match_pick, error_reply>
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
/// What is asked of lobbies and listings.
struct lobby_order {
  /// A connection that played in the lobby is gone.
  struct drop {
    close_code reason = close_code::abnormal;
  };
  /// A node has the lobby so; the listing is to have it so, too.
  struct claim {
    listed_lobby lobby;
    topic_actor answer_to; // a claim_notice
    uint64_t question = 0;
  };
  /// Is the lobby as it is listed?
  struct wake {};
  /// A client does not want to wait for its match any more.
  struct cancel {
    uint32_t serial = 0; // of its order
  };

  asker from;
  subscriber who;
  steady_time arrived;
  std::variant<
      lobby_request, lobby_send_request, lobby_list_request,
      lobby_match_request, cancel, drop, claim, wake>
      what;
};
/// The listing has it so, or has not.
struct claim_notice {
  uint64_t question = 0;
  result<void> done;
};
struct presence_order {
  asker from;
  presence_request request;
};
struct history_order {
  asker from;
  history_request request;
};
struct room_state_order {
  asker from;
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
/// What got its place in a log that several nodes append to; an error: it has
/// to be opened again.
struct news_notice {
  uint64_t opening = 0; // since which it is followed
  result<journal_news> news;
};
/// What another node said to a question.
struct peer_notice {
  uint64_t question = 0;
  result<std::string> said;
};
/// A node looks for one that has the room.
struct offer_order {
  std::string answer_to; // subject
  std::string not_of;    // a life in decimal digits: it could not give it
};
/// It wants a part of the room.
struct part_order {
  handover_request wanted;
  peer_reply reply;
};
/// This run of a node is over, and nobody of its connections is there.
struct gone_order {
  uint64_t life = 0;
  /// It drained before, and its clients are on their way to other nodes.
  std::chrono::milliseconds hold_at_least{0};
};
/// A part of a room's log.
struct found_entries {
  uint64_t question = 0;
  result<journal_page> page;
};
/// What waits for a topic to be opened.
using topic_order = std::variant<
    subscribe_order, unsubscribe_order, leave_order, publish_order, set_order,
    lobby_order, presence_order, history_order, room_state_order, replay_order>;

/// Tells a lobby that its claim came to nothing, if the order is one.
void refuse_claim(const topic_order& order, const failure& why);

/// What a client of another node published to a topic without a log.
struct remote_message {
  std::string user;
  payload data;
  int64_t at = 0; // as of message_event
  std::string tag;
};

// -- to a thread's fanout -----------------------------------------------------

/// An order of somebody who is no connection of this thread.
struct ask_order {
  std::string topic;
  topic_order order;
};
struct deliver_order {
  topic_ref topic;
  event_frames frames;
  uint64_t offset = 0; // its place in the log; 0: there is none
  uint64_t told = 0;   // events that the room told so far, with this one
  steady_time arrived; // of the publish that caused it
  steady_time ordered; // when it got its place
  std::string tag;     // of the publish
  /// With block-sender, its number: answered by a taken_order. 0: by nothing.
  uint64_t delivery = 0;
  /// Of a room, and no event of its log: who has no room for it misses nothing.
  bool passing = false;
};
/// Offsets may have holes: lags are counted in events.
struct log_place {
  uint64_t offset = 0;
  uint64_t told = 0; // events that the room told up to there
};
struct attach_order {
  topic_ref topic;
  subscriber who;
  uint32_t serial = 0;
  answer reply; // an error_reply: the topic did not take the subscriber
  std::vector<std::string> then; // encoded events that follow the reply
  log_place newest;              // of the log
  /// The subscriber goes on from here: what came after it is replayed. With
  /// `newest`, or without a log, there is nothing to replay.
  log_place after;
};
/// The log is another one: subscribers need a snapshot of it.
struct reset_order {
  topic_ref topic;
};
/// As the position of a subscriber: of an older log.
inline constexpr uint64_t no_offset = UINT64_MAX;
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
  uint64_t told = 0;   // events that the room told up to there
  uint64_t newest = 0; // of the log
};
/// A connection plays in the lobby, or does so no longer; then what it asked,
/// if it did, is answered.
struct seat_order {
  topic_ref topic;
  subscriber who;
  bool seated = false;
  uint32_t serial = 0; // 0: nothing was asked
  answer reply;
  bool may_watch = true; // or its subscription ends, too
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
  std::vector<subscriber> players; // who have a seat in the lobby
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
CAF_ADD_TYPE_ID(rookery_messages, (rookery::asking_actor))
CAF_ADD_TYPE_ID(rookery_messages, (rookery::relay_actor))
CAF_ADD_TYPE_ID(rookery_messages, (rookery::close_code))
ROOKERY_LOCAL_MESSAGE(rookery::answer)
ROOKERY_LOCAL_MESSAGE(rookery::api_order)
ROOKERY_LOCAL_MESSAGE(rookery::appended_notice)
ROOKERY_LOCAL_MESSAGE(rookery::ask_order)
ROOKERY_LOCAL_MESSAGE(rookery::attach_order)
ROOKERY_LOCAL_MESSAGE(rookery::busiest_order)
ROOKERY_LOCAL_MESSAGE(rookery::claim_notice)
ROOKERY_LOCAL_MESSAGE(rookery::close_order)
ROOKERY_LOCAL_MESSAGE(rookery::closed_connection)
ROOKERY_LOCAL_MESSAGE(rookery::connection_entry)
ROOKERY_LOCAL_MESSAGE(rookery::connection_page)
ROOKERY_LOCAL_MESSAGE(rookery::cut_order)
ROOKERY_LOCAL_MESSAGE(rookery::deepest_order)
ROOKERY_LOCAL_MESSAGE(rookery::depart_order)
ROOKERY_LOCAL_MESSAGE(rookery::deliver_order)
ROOKERY_LOCAL_MESSAGE(rookery::detach_order)
ROOKERY_LOCAL_MESSAGE(rookery::direct_order)
ROOKERY_LOCAL_MESSAGE(rookery::direct_delivery)
ROOKERY_LOCAL_MESSAGE(rookery::find_order)
ROOKERY_LOCAL_MESSAGE(rookery::found_entries)
ROOKERY_LOCAL_MESSAGE(rookery::gone_order)
ROOKERY_LOCAL_MESSAGE(rookery::news_notice)
ROOKERY_LOCAL_MESSAGE(rookery::offer_order)
ROOKERY_LOCAL_MESSAGE(rookery::part_order)
ROOKERY_LOCAL_MESSAGE(rookery::peer_notice)
ROOKERY_LOCAL_MESSAGE(rookery::node_said)
ROOKERY_LOCAL_MESSAGE(rookery::found_log)
ROOKERY_LOCAL_MESSAGE(rookery::history_order)
ROOKERY_LOCAL_MESSAGE(rookery::inspect_order)
ROOKERY_LOCAL_MESSAGE(rookery::leave_order)
ROOKERY_LOCAL_MESSAGE(rookery::load_order)
ROOKERY_LOCAL_MESSAGE(rookery::lobby_order)
ROOKERY_LOCAL_MESSAGE(rookery::local_subscribers)
ROOKERY_LOCAL_MESSAGE(rookery::opened_topic)
ROOKERY_LOCAL_MESSAGE(rookery::presence_order)
ROOKERY_LOCAL_MESSAGE(rookery::publish_order)
ROOKERY_LOCAL_MESSAGE(rookery::recently_closed)
ROOKERY_LOCAL_MESSAGE(rookery::refused_topic)
ROOKERY_LOCAL_MESSAGE(rookery::relay_order)
ROOKERY_LOCAL_MESSAGE(rookery::remote_direct)
ROOKERY_LOCAL_MESSAGE(rookery::remote_message)
ROOKERY_LOCAL_MESSAGE(rookery::reset_order)
ROOKERY_LOCAL_MESSAGE(rookery::replay_chunk)
ROOKERY_LOCAL_MESSAGE(rookery::replay_order)
ROOKERY_LOCAL_MESSAGE(rookery::registry_counts)
ROOKERY_LOCAL_MESSAGE(rookery::room_state_order)
ROOKERY_LOCAL_MESSAGE(rookery::scan_order)
ROOKERY_LOCAL_MESSAGE(rookery::seat_order)
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

#pragma once

#include "base/error.hpp"
#include "base/protocol/lobby_events.hpp"
#include "base/protocol/messages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the server sends (docs/protocol.md). The fields stand here in the order
// in which they are written. What is optional and not there is left out, and so
// is an optional text that is empty.

namespace rookery {

/// One user in a room, however many connections the user has.
struct member {
  std::string user;
  std::optional<payload> info;
  uint32_t connections = 0;
  std::optional<uint64_t> since; // offset of the join; none without a log
  bool held = false;             // gone, and the place kept for now
};

// -- events of a topic ------------------------------------------------------

// `offset` is the event's place in the log; none on topics without one.

struct message_event {
  std::string topic;
  std::optional<uint64_t> offset;
  payload data;
  std::string user; // who published
  int64_t at = 0;   // ms since 1970, the server's wall clock
};

struct joined_event {
  std::string topic;
  std::optional<uint64_t> offset;
  std::string user;
  std::optional<payload> info;
};

struct left_event {
  std::string topic;
  std::optional<uint64_t> offset;
  std::string user;
  std::string reason; // optional
};

/// A room's state was changed.
struct state_event {
  std::string topic;
  std::optional<uint64_t> offset;
  payload patch; // RFC 7396
  std::string user;
  int64_t at = 0; // as of messages
};

/// How many members a room has whose joins and leaves are not told one by one.
struct members_event {
  std::string topic;
  uint64_t count = 0;
};

/// A room at one position, enough to go on without earlier events.
struct snapshot_event {
  std::string topic;
  position at;
  std::vector<member> members;  // none where joins are not told one by one
  uint64_t count = 0;           // of members
  std::optional<payload> state; // written as null when there is none
  std::optional<lobby_view> lobby;
  /// Then nothing of the above is told but its place.
  std::optional<listing_view> listing;
};

struct offset_range {
  uint64_t from = 0;
  uint64_t to = 0; // inclusive
};

/// What a subscription was not sent. With a log it is a range, which is
/// repaired afterwards; without one it is a count, and `range` is empty.
struct gap_event {
  std::string topic;
  std::optional<offset_range> range;
  uint64_t dropped = 0;
  std::string reason; // optional
};

/// The replay is over: from here on events come as they happen.
struct live_event {
  std::string topic;
  std::optional<uint64_t> offset;
};

// -- events of a connection -------------------------------------------------

struct welcome_event {
  std::string connection;
  std::string session; // resume token
  std::string user;
  std::string node;
  uint32_t ping_interval_ms = 0;
  uint64_t max_message_bytes = 0;
  std::string server; // "rookery/0.1.0"
};

struct direct_event {
  std::string user;  // who sent it
  std::string topic; // as a player of this lobby; empty: as himself
  payload data;
};

struct pong_event {};

struct flow_pause_event {
  std::string reason; // optional
};

struct flow_resume_event {};

struct reconnect_event {
  std::string reason;
  uint32_t after_ms = 0;
  uint32_t window_ms = 0;
};

// -- answers ----------------------------------------------------------------

/// How a subscription goes on after its answer.
enum class subscribe_mode : uint8_t { live, replay, snapshot };

std::string_view name(subscribe_mode mode) noexcept;

/// The answer that says no more than yes.
struct ok_reply {
  uint32_t id = 0;
};

struct subscribed_reply {
  uint32_t id = 0;
  std::string topic;
  std::string kind;               // "topic", "room", "lobby", "lobbies"
  std::optional<position> newest; // none without a log
  std::optional<subscribe_mode> mode;
  std::optional<bool> recovered; // nothing since `since` is missing
};

struct unsubscribed_reply {
  uint32_t id = 0;
  std::string topic;
};

struct published_reply {
  uint32_t id = 0;
  std::optional<position> at; // none without a log
};

/// A seat that was taken, or taken back.
struct seat_reply {
  uint32_t id = 0;
  std::string topic; // of a match; else empty
  uint32_t seat = 0;
  std::optional<bool> created; // of a match: by it
  position at;
};

struct lobby_list_reply {
  uint32_t id = 0;
  listing_view listing;
  position at;
};

/// Where a client that wants any seat may find one: between actors only.
struct match_pick {
  uint32_t id = 0;
  std::string topic;
  bool create = false; // there is no such lobby yet
};

/// A page of a room's members, in the order of their names.
struct presence_reply {
  uint32_t id = 0;
  uint64_t count = 0; // of all
  std::vector<member> members;
  std::string next; // optional: there are more behind this user
};

/// Each of `messages` is written like the event that subscribers got.
struct history_reply {
  uint32_t id = 0;
  std::vector<message_event> messages;
  position newest;
};

/// Where a room stands. Nodes at the same position have the same hash.
struct room_state_reply {
  uint32_t id = 0;
  position at;
  uint64_t entries = 0; // of the log, up to there
  uint64_t members = 0;
  std::string hash; // of the state; compares only within one version
};

struct sent_reply {
  uint32_t id = 0;
  uint64_t connections = 0; // reached, on any node
};

/// `id` 0 is left out: the error answers no message in particular.
struct error_reply {
  uint32_t id = 0;
  errc code = errc::internal;
  std::string message;
};

} // namespace rookery

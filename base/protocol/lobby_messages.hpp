#pragma once

#include "base/protocol/payload.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

// What clients say about lobbies (docs/protocol.md, Lobbies).

namespace rookery {

/// What may happen to a lobby. The last three, and `start` and `close` without
/// a user, are done by nodes: time or what others did asks for them.
enum class lobby_move : uint8_t {
  create,
  join,
  leave,
  ready,
  set,
  kick,
  invite,
  start,
  close,
  hold,    // the player of a seat is gone
  release, // and did not come back
  host,    // tells who is host since the last one left
};
inline constexpr std::size_t lobby_moves = 12;

/// What a new lobby is to be.
struct lobby_setup {
  uint32_t seats = 0;
  uint32_t players_min = 1; // to start
  bool auto_start = false;
  bool is_private = false;
  bool spectators = true;
  std::string password; // empty: none
  payload state;        // empty: null
  std::optional<payload> info;
};

/// One call of a lobby's. Each move has the fields that it needs.
struct lobby_request {
  lobby_move move = lobby_move::join;
  std::string topic;
  std::string key;      // idempotency key; empty: none
  std::string user;     // kick, invite
  std::string password; // join
  bool ready = false;
  payload patch; // set: RFC 7396, an object
  std::optional<uint64_t> if_offset;
  lobby_setup setup; // create
};

/// To the host, or to who has that seat.
struct lobby_send_request {
  std::string topic;
  std::optional<uint32_t> seat; // none: the host
  payload data;
};

/// Which lobbies are wanted.
struct lobby_filter {
  std::string prefix;            // of their names
  std::optional<payload> info;   // an object: values that theirs has
  uint32_t free_min = 0;         // seats
  std::optional<uint32_t> seats; // in all
};

struct lobby_list_request {
  lobby_filter filter;
  uint32_t limit = 50;
  std::string after; // a name; the page begins behind
};

struct lobby_match_request {
  lobby_filter filter;
  bool create = true;   // one that is as `setup` says, if none fits
  uint32_t wait_ms = 0; // before that, or before it fails
  lobby_setup setup;
};
struct match_cancel_request {
  uint32_t match = 0; // the `id` of the match
};

} // namespace rookery

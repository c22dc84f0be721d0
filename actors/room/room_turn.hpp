#pragma once

#include "actors/lobby/lobby_state.hpp"
#include "actors/messages.hpp"
#include "base/protocol/entry.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>

namespace rookery {

/// Who is answered when an entry has its place.
struct publish_cause {
  asker from;
  steady_time arrived;
  std::string tag;
};

/// Who is answered when a move of the lobby's has its place.
struct move_cause {
  asker from;
  subscriber who;
  steady_time arrived;
  std::string password; // that he gave
  /// Of a create: the listings have been told that it is on its way.
  std::shared_ptr<const bool> announced;
};
/// A lobby that wants to be listed so.
struct claim_cause {
  topic_actor answer_to;
  uint64_t question = 0;
};
/// The node does what a lobby needs.
struct tend_cause {};

inline bool gives_seat(lobby_move move) noexcept {
  return move == lobby_move::create || move == lobby_move::join;
}

/// One step of a room: what it wants to append, and who waits for that.
struct room_turn {
  log_entry entry;
  std::variant<
      std::monostate, publish_cause, subscribe_order, move_cause, claim_cause,
      tend_cause>
      cause;
  /// False: the entry would change nothing; who waits has its turn all the
  /// same.
  bool appends = true;
};

/// What the entries of a batch, which are not applied yet, will have done: the
/// next entry is judged by the room's state and by this.
struct batch_view {
  int64_t stamp = 0; // about that of the batch
  steady_time now;
  std::unordered_map<std::string, bool> members; // of this node: joins or not
  std::unordered_set<std::string> subscribing;   // users
  std::unordered_set<std::string> keys;          // "user key" of publishes
  std::size_t subscribers = 0;
  std::ptrdiff_t more_members = 0;
  std::size_t bytes = 0;
  bool sets = false;                       // the state
  std::optional<lobby_state> lobby;        // as it will be
  std::unordered_set<std::string> claimed; // lobbies of a listing
  bool appends = false;                    // anything
  uint64_t moves = 0;
  bool is_whole = false; // what follows needs its end
};

} // namespace rookery

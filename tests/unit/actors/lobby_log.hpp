#pragma once

#include "actors/lobby/lobby_state.hpp"
#include "base/protocol/entry.hpp"

#include <memory>
#include <string>
#include <utility>

namespace rookery::testing {

/// Rules of a test's lobbies: times are short and apart.
inline lobby_rules rules_of(uint32_t seats) {
  lobby_rules rules;
  rules.seats = seats;
  rules.hold = 30;
  rules.empty_ttl = 60;
  rules.started_ttl = 400;
  return rules;
}

inline lobby_entry move_of(std::string user, lobby_move move) {
  lobby_entry entry;
  entry.user = std::move(user);
  entry.move = move;
  return entry;
}
inline lobby_entry
move_about(std::string user, lobby_move move, std::string player) {
  auto entry = move_of(std::move(user), move);
  entry.player = std::move(player);
  return entry;
}
inline lobby_entry create_of(std::string user, lobby_rules rules) {
  auto entry = move_of(std::move(user), lobby_move::create);
  entry.rules = std::make_shared<const lobby_rules>(std::move(rules));
  return entry;
}

/// A lobby with its log: what is said has the next offset, at `now`.
class lobby_log {
public:
  using outcome = lobby_ruling::outcome;

  /// As a node does it that knows all there is.
  lobby_ruling say(lobby_entry entry) {
    lobby.complete(entry);
    return append(entry);
  }
  /// Judged where it stands, whatever it was made for.
  lobby_ruling append(const lobby_entry& entry) {
    ++offset;
    const auto ruling = lobby.judge(entry, document_offset, now);
    if (ruling.comes_to != outcome::applied)
      return ruling;
    lobby.apply(entry, offset, now);
    if (entry.move == lobby_move::set)
      document_offset = offset;
    return ruling;
  }
  lobby_ruling create(std::string user, lobby_rules rules) {
    return say(create_of(std::move(user), std::move(rules)));
  }
  lobby_ruling join(std::string user) {
    return say(move_of(std::move(user), lobby_move::join));
  }
  lobby_ruling leave(std::string user) {
    return say(move_of(std::move(user), lobby_move::leave));
  }
  lobby_ruling ready(std::string user, bool is = true) {
    auto entry = move_of(std::move(user), lobby_move::ready);
    entry.flag = is;
    return say(entry);
  }
  lobby_ruling start(std::string user) {
    return say(move_of(std::move(user), lobby_move::start));
  }

  /// What nodes have to do, without who is named.
  std::optional<lobby_entry> due(const std::string& gone = "") const {
    return lobby.due(
        now, [&](const std::string& user) { return user != gone; });
  }
  /// Does it, once: true if there was anything, and it was this.
  bool tends(lobby_move move, const std::string& gone = "") {
    const auto entry = due(gone);
    return entry && entry->move == move
           && append(*entry).comes_to == outcome::applied;
  }

  lobby_state lobby;
  uint64_t offset = 0;
  uint64_t document_offset = 0;
  int64_t now = 1000;
};

/// Ann is host, then Ben and Cem came.
struct three_players : lobby_log {
  explicit three_players(lobby_rules rules = rules_of(4)) {
    create("ann", std::move(rules));
    join("ben");
    join("cem");
  }
};

inline bool is_applied(const lobby_ruling& ruling) {
  return ruling.comes_to == lobby_ruling::outcome::applied;
}
inline bool is_unchanged(const lobby_ruling& ruling) {
  return ruling.comes_to == lobby_ruling::outcome::unchanged;
}
inline bool is_stale(const lobby_ruling& ruling) {
  return ruling.comes_to == lobby_ruling::outcome::stale;
}
inline bool is_refused(const lobby_ruling& ruling, errc code) {
  return ruling.comes_to == lobby_ruling::outcome::refused
         && ruling.code == code && !ruling.why.empty();
}

inline std::string image_bytes(const lobby_state& lobby) {
  std::string bytes;
  encode(lobby.image(), bytes);
  return bytes;
}

} // namespace rookery::testing

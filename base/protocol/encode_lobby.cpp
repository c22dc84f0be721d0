#include "base/protocol/message_writer.hpp"
#include "base/protocol/write_listing.hpp"

// What the server says about lobbies.

namespace rookery {

namespace {

constexpr std::string_view change_of(lobby_move move) noexcept {
  switch (move) {
  case lobby_move::create:
  case lobby_move::join:
    return "joined";
  case lobby_move::leave:
  case lobby_move::release:
    return "left";
  case lobby_move::ready:
    return "ready";
  case lobby_move::set:
    return "state";
  case lobby_move::kick:
    return "kicked";
  case lobby_move::start:
    return "started";
  case lobby_move::close:
    return "closed";
  case lobby_move::hold:
    return "held";
  case lobby_move::host:
    return "host";
  case lobby_move::invite:
    break; // nobody is told
  }
  return "invited";
}

/// What a change says beside who made it; each move has its own.
struct change_parts {
  explicit change_parts(const lobby_entry& e)
      : user(unless_empty(e.about())) {
    const auto is = [&e](auto... moves) { return ((e.move == moves) || ...); };
    using m = lobby_move;
    if (is(m::create, m::join, m::leave, m::release, m::kick, m::hold))
      seat = e.seat;
    if (is(m::leave, m::release, m::close))
      reason = unless_empty(e.reason);
    if (is(m::join) && e.flag)
      back = true;
    if (is(m::ready))
      is_ready = e.flag;
    if (is(m::set))
      patch = e.patch;
    if (is(m::hold))
      hold_ms = e.lasts;
    if (!is(m::create) || !e.rules)
      return;
    seats = e.rules->seats;
    host = e.user;
    state = e.patch;
    info = e.rules->info;
  }

  std::optional<std::string_view> user, host, reason;
  std::optional<uint32_t> seat, seats;
  std::optional<bool> back, is_ready;
  std::optional<int64_t> hold_ms;
  std::optional<payload> patch, state, info;
};

} // namespace

template <class Out>
void write(Out& out, const lobby_changed_event& e) {
  const change_parts parts{*e.entry};
  out.object(
      named{"event", "lobby.changed"}, named{"topic", e.topic},
      named{"offset", e.offset}, named{"change", change_of(e.entry->move)},
      named{"user", parts.user}, named{"seat", parts.seat},
      named{"back", parts.back}, named{"ready", parts.is_ready},
      named{"reason", parts.reason}, named{"hold_ms", parts.hold_ms},
      named{"patch", parts.patch}, named{"seats", parts.seats},
      named{"host", parts.host}, named{"state", parts.state},
      named{"info", parts.info}, named{"at", e.entry->at});
}

namespace {

constexpr std::string_view name_of(listing_change change) noexcept {
  switch (change) {
  case listing_change::created:
    return "created";
  case listing_change::changed:
    return "changed";
  case listing_change::closed:
    break;
  }
  return "closed";
}

/// All that is known of a lobby that is listed no longer.
struct unlisted_lobby {
  const std::string& topic;
};

} // namespace

template <class Out>
void write(Out& out, const unlisted_lobby& one) {
  out.object(named{"topic", one.topic});
}

template <class Out>
void write(Out& out, const lobbies_changed_event& e) {
  const auto& lobby = e.entry->lobby;
  const named event{"event", "lobbies.changed"};
  const named topic{"topic", e.topic};
  const named offset{"offset", e.offset};
  const auto change = name_of(e.entry->change);
  if (e.entry->change == listing_change::closed)
    out.object(
        event, topic, offset, named{"change", change},
        named{"lobby", unlisted_lobby{lobby.topic}});
  else
    out.object(
        event, topic, offset, named{"change", change}, named{"lobby", lobby});
}

template <class Out>
void write(Out& out, const seat_reply& r) {
  out.object(
      named{"event", "reply"}, named{"id", r.id},
      named{"topic", unless_empty(r.topic)}, named{"seat", r.seat},
      named{"created", r.created}, named{"epoch", r.at.epoch},
      named{"offset", r.at.offset});
}

template <class Out>
void write(Out& out, const match_pick& r) {
  out.object(
      named{"event", "reply"}, named{"id", r.id}, named{"topic", r.topic});
}

template <class Out>
void write(Out& out, const lobby_list_reply& r) {
  out.object(
      named{"event", "reply"}, named{"id", r.id},
      named{"lobbies", r.listing.lobbies}, named{"count", r.listing.count},
      named{"next", unless_empty(r.listing.next)}, named{"epoch", r.at.epoch},
      named{"offset", r.at.offset});
}

template void encode(encoding, const lobby_changed_event&, std::string&);
template void encode(encoding, const lobbies_changed_event&, std::string&);
template void encode(encoding, const seat_reply&, std::string&);
template void encode(encoding, const match_pick&, std::string&);
template void encode(encoding, const lobby_list_reply&, std::string&);

} // namespace rookery

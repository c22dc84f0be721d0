#include "base/protocol/field_reader.hpp"

#include <algorithm>
#include <array>
#include <string>

// What clients say about lobbies.

namespace rookery {

namespace {

constexpr uint32_t list_limit = 50;

lobby_request call_of(field_reader& in, lobby_move move) {
  lobby_request request;
  request.move = move;
  request.topic = in.topic();
  request.key = in.label(field::key);
  return request;
}

/// But for the number of seats.
lobby_setup setup_in(field_reader& in) {
  lobby_setup setup;
  setup.players_min = in.number_or(field::min_players, 1, 1);
  setup.auto_start = in.flag(field::auto_start);
  setup.is_private = in.flag(field::is_private);
  setup.spectators = in.flag_or(field::spectators, true);
  setup.password = in.label(field::password);
  setup.state = in.optional_any(field::state);
  setup.info = in.optional_object(field::info);
  return setup;
}

lobby_filter filter_in(field_reader& in) {
  return {
      .prefix = in.optional_text(field::prefix),
      .info = in.optional_object(field::info),
      .free_min = in.number_or(field::free, 0, 0),
      .seats = in.optional_number(field::seats, 1)};
}

message_body create(field_reader& in) {
  auto request = call_of(in, lobby_move::create);
  request.setup = setup_in(in);
  request.setup.seats = in.number(field::seats, 1);
  return request;
}

message_body join(field_reader& in) {
  auto request = call_of(in, lobby_move::join);
  request.password = in.label(field::password);
  return request;
}

message_body ready(field_reader& in) {
  auto request = call_of(in, lobby_move::ready);
  request.ready = in.flag_or(field::ready, true);
  return request;
}

message_body set(field_reader& in) {
  auto request = call_of(in, lobby_move::set);
  request.patch = in.object(field::patch);
  request.if_offset = in.offset(field::if_offset);
  return request;
}

/// A move that is about one other user.
template <lobby_move move>
message_body about_user(field_reader& in) {
  auto request = call_of(in, move);
  request.user = in.filled_text(field::user);
  return request;
}

template <lobby_move move>
message_body plain(field_reader& in) {
  return call_of(in, move);
}

message_body send(field_reader& in) {
  lobby_send_request request;
  request.topic = in.topic();
  request.seat = in.optional_number(field::seat, 0);
  request.data = in.any(field::data);
  if (!request.seat && in.text(field::to) != "host")
    in.refuse(field::to, "must be \"host\", or `seat` a number");
  return request;
}

message_body list(field_reader& in) {
  lobby_list_request request;
  request.filter = filter_in(in);
  request.limit = in.limit(list_limit);
  request.after = in.optional_text(field::after);
  return request;
}

message_body match(field_reader& in) {
  lobby_match_request request;
  request.filter = filter_in(in);
  request.create = in.flag_or(field::create, true);
  request.wait_ms = in.number_or(field::wait_ms, 0, 0);
  if (!request.create)
    return request;
  request.setup = setup_in(in);
  request.setup.seats = in.number(field::seats, 1);
  return request;
}

message_body match_cancel(field_reader& in) {
  return match_cancel_request{in.number(field::match, 1)};
}

constexpr std::array lobby_events{
    client_event{"lobby.create", create},
    client_event{"lobby.join", join},
    client_event{"lobby.leave", plain<lobby_move::leave>},
    client_event{"lobby.ready", ready},
    client_event{"lobby.set", set},
    client_event{"lobby.kick", about_user<lobby_move::kick>},
    client_event{"lobby.invite", about_user<lobby_move::invite>},
    client_event{"lobby.start", plain<lobby_move::start>},
    client_event{"lobby.close", plain<lobby_move::close>},
    client_event{"lobby.send", send},
    client_event{"lobby.list", list},
    client_event{"lobby.match", match},
    client_event{"lobby.match.cancel", match_cancel},
};

} // namespace

const client_event* find_lobby_event(std::string_view name) {
  const auto* known = std::find_if(
      lobby_events.begin(), lobby_events.end(),
      [&](const client_event& each) { return each.name == name; });
  return known == lobby_events.end() ? nullptr : known;
}

} // namespace rookery

#pragma once

#include "base/protocol/lobby_events.hpp"
#include "base/protocol/message_writer.hpp"

// Parts that several messages have.

namespace rookery {

template <class Out>
void write(Out& out, const listed_lobby& one) {
  const auto locked = one.locked ? std::optional{true} : std::nullopt;
  out.object(
      named{"topic", one.topic}, named{"seats", one.seats},
      named{"taken", one.taken}, named{"locked", locked},
      named{"info", one.info});
}

template <class Out>
void write(Out& out, const listing_view& view) {
  out.object(
      named{"lobbies", view.lobbies}, named{"count", view.count},
      named{"next", unless_empty(view.next)});
}

} // namespace rookery

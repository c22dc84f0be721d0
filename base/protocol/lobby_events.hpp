#pragma once

#include "base/protocol/lobby_entry.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// What the server says about lobbies (docs/protocol.md, Lobbies).

namespace rookery {

/// A lobby was changed. What is told of it depends on the move.
struct lobby_changed_event {
  std::string topic;
  std::optional<uint64_t> offset;
  std::shared_ptr<const lobby_entry> entry;
};

/// A listing was changed.
struct lobbies_changed_event {
  std::string topic;
  std::optional<uint64_t> offset;
  std::shared_ptr<const listing_entry> entry;
};

/// A seat that is taken.
struct taken_seat {
  uint32_t seat = 0;
  std::string user;
  bool ready = false;
  bool held = false;
};

/// A lobby as its snapshot has it, beside what all rooms have.
struct lobby_view {
  uint32_t size = 0;             // seats in all
  std::vector<taken_seat> seats; // rising
  std::string host;              // empty: none
  bool started = false;
  std::optional<payload> info;
};

/// A page of a listing.
struct listing_view {
  std::vector<listed_lobby> lobbies; // by name
  uint64_t count = 0;                // of all that are listed
  std::string next;                  // there are more behind this; empty: none
};

} // namespace rookery

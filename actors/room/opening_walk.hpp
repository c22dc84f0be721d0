#pragma once

#include "actors/room/room.hpp"
#include "base/protocol/handover.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rookery {

/// What was found of a log while it is opened.
struct room_actor_state::opening_walk {
  struct old_entry {
    uint64_t offset;
    int64_t stamp;
    log_entry entry;
  };

  journal_head head;
  bool is_fresh = false;   // nothing of this log was known
  bool taken_over = false; // another node gave it
  uint64_t known = 0;      // all up to it is applied already
  std::size_t keys = 0;    // of what was read
  std::vector<old_entry> newest_first;

  // While another node gives it.
  int sources = 0; // that were asked
  uint64_t failed_source = 0;
  handover_request wanted;
  std::string received;
};

} // namespace rookery

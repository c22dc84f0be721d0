#pragma once

#include "actors/room/room_holds.hpp"
#include "actors/room/room_log.hpp"
#include "actors/room/room_state.hpp"
#include "base/config/config.hpp"

#include <string>

namespace rookery {

/// What outlives a crash of a room's actor: what it knows of its log, and who
/// is held. Before the log is known, which an empty epoch says, the rest is
/// empty.
///
/// Thread: its room's, of which there is one at a time.
struct room_memory {
  /// With a journal the log here is its newest part.
  room_memory(
      const std::string& topic, const topic_class& rules, bool has_journal);

  room_log log;
  room_state state;
  room_holds holds;
  /// With a journal: all after it can be read there.
  uint64_t journal_reaches = 0;
  /// With a journal: room_state::entries() of the newest image there.
  uint64_t image_entries = 0;

  /// With a journal: all that was told after it can be found there.
  uint64_t journal_floor() const noexcept;
};

} // namespace rookery

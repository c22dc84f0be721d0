#pragma once

#include "actors/messages.hpp"
#include "actors/room/room_log.hpp"

#include <cstddef>
#include <deque>
#include <vector>

namespace rookery {

/// Events that follow each other, joined into one frame: what a subscriber that
/// is behind gets at a time.
struct replay_part {
  frame events;
  uint64_t last = 0; // the next part begins behind this offset
};

struct replay_limits {
  uint32_t events_max = 64;
  std::size_t bytes_max = 64 * 1024;
};

/// Makes the parts of a room's replays. Many subscribers that lost the same
/// connection or laggards of the same topic ask for the same parts: those are
/// encoded once. Parts end where the next block of `events_max` events begins,
/// so that subscribers at different places soon share them.
///
/// Keeps the last few parts; bounded by `parts_max` times `bytes_max`.
/// Thread: its room's.
class replayer {
public:
  static constexpr std::size_t parts_max = 16;

  replayer(const replay_limits& limits, const compression_config& compression)
      : limits_(limits)
      , compression_(compression) {}

  /// What follows `offset`, which is below log.last() and which the log
  /// reaches.
  const replay_part&
  after(uint64_t offset, frame_form form, const room_log& log);
  /// The same, where `events` were read from a journal: all that was told from
  /// behind `offset` through `end`.
  const replay_part& after(
      uint64_t offset, frame_form form, const std::vector<room_event>& events,
      uint64_t end);
  /// The part that follows `offset`, if it was made lately and tells all that
  /// it could.
  const replay_part* find(uint64_t offset, frame_form form, uint64_t newest);
  /// Where a part that begins behind `offset` should end at the latest, in a
  /// journal whose offsets have no holes.
  uint64_t block_end(uint64_t offset) const noexcept {
    return (offset / limits_.events_max + 1) * limits_.events_max;
  }
  const replay_limits& limits() const noexcept { return limits_; }

  /// Lets go of all parts.
  void forget() { kept_.clear(); }

  /// Parts that had to be made, for tests.
  uint64_t made() const noexcept { return made_; }

private:
  struct kept_part {
    uint64_t after = 0;
    frame_form form = frame_form::json;
    bool may_grow = false; // it ends where the log ended
    replay_part part;
  };
  template <class EventAt>
  kept_part make(
      uint64_t offset, frame_form form, std::size_t events, uint64_t end,
      EventAt event_at) const;
  const replay_part& keep(kept_part made);

  replay_limits limits_;
  compression_config compression_;
  std::deque<kept_part> kept_; // the newest last
  uint64_t made_ = 0;
};

} // namespace rookery

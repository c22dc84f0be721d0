#pragma once

#include "actors/messages.hpp"
#include "actors/room/room_log.hpp"

#include <cstddef>
#include <deque>

namespace rookery {

/// Events that follow each other, joined into one frame: what a subscriber that
/// is behind gets at a time.
struct replay_part {
  frame events;
  uint64_t last = 0; // offset of the newest of them
};

struct replay_limits {
  uint32_t events_max = 64;
  std::size_t bytes_max = 64 * 1024;
};

/// Makes the parts of a room's replays. Many subscribers that lost the same
/// connection or laggards of the same topic ask for the same parts: those are
/// encoded once. Parts end where the next block of `events_max` offsets begins,
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

  /// What follows `after`, which is below log.last() and which the log reaches.
  const replay_part&
  after(uint64_t offset, frame_form form, const room_log& log);

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
  kept_part make(uint64_t offset, frame_form form, const room_log& log) const;

  replay_limits limits_;
  compression_config compression_;
  std::deque<kept_part> kept_; // the newest last
  uint64_t made_ = 0;
};

} // namespace rookery

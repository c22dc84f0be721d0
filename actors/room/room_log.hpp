#pragma once

#include "actors/room/key_window.hpp"
#include "base/protocol/events.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>

namespace rookery {

/// What a log holds: what its subscribers were told.
using room_event = std::variant<message_event, joined_event, left_event>;

/// The order of a room's events, and the newest of them. Offsets begin at 1
/// and have no holes. It outlives a crash of the room's actor, so that
/// positions go on and nobody misses what was told before.
///
/// Bounded by messages and by bytes, and more tightly while the node is short
/// of memory; the oldest leave first.
/// Thread: its room's.
class room_log {
public:
  struct limits {
    std::size_t events_max = 0;
    std::size_t bytes_max = 0;
  };

  room_log(std::string epoch, limits bounds, key_window::limits keys = {})
      : epoch_(std::move(epoch))
      , bounds_(bounds)
      , kept_(bounds)
      , keys_(keys) {}
  room_log(const room_log&) = delete;
  room_log& operator=(const room_log&) = delete;
  ~room_log();

  /// Gives the event the next offset, and returns it with that.
  const room_event& append(room_event event);

  /// Keeps at most this share of its bounds, in (0, 1], from now on. Whenever
  /// the share becomes less, half of what is here leaves, too, however far it
  /// is from the bounds; when it becomes more, twice as much may be kept.
  void keep_share(double share);

  position newest() const { return {epoch_, last_}; }
  const std::string& epoch() const noexcept { return epoch_; }
  /// Offset of the newest event; 0: none yet.
  uint64_t last() const noexcept { return last_; }

  /// Whether all that came after `offset` is here still. `offset` is not from
  /// the future and 0 is the beginning.
  bool reaches(uint64_t offset) const noexcept {
    return offset <= last_ && offset + events_.size() >= last_;
  }
  /// The event at an offset that is here: reaches(offset - 1).
  const room_event& at(uint64_t offset) const;

  /// Which keyed publishes are in it.
  key_window& keys() noexcept { return keys_; }

  std::size_t bytes() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return events_.size(); }

private:
  void evict();

  std::string epoch_;
  limits bounds_;
  limits kept_; // at most `bounds_`
  double share_ = 1;
  std::deque<room_event> events_; // the last of them is at last_
  std::size_t bytes_ = 0;
  uint64_t last_ = 0;
  key_window keys_;
};

/// Memory of an event in a log.
std::size_t bytes_of(const room_event& event) noexcept;

} // namespace rookery

#pragma once

#include "base/protocol/events.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>

namespace rookery {

/// What subscribers are told of an entry of the log.
using room_event = std::variant<
    message_event, joined_event, left_event, state_event, lobby_changed_event,
    lobbies_changed_event>;

/// The newest part of a room's log: what subscribers were told of it. An entry
/// of which nobody is told takes a place in the order and no memory.
///
/// Bounded by messages, by bytes and by age, and more tightly while the node is
/// short of memory; the oldest leave first.
/// Thread: its room's.
class room_log {
public:
  struct limits {
    std::size_t events_max = 0;
    std::size_t bytes_max = 0;
    std::chrono::milliseconds age_max{0}; // 0: without end
  };

  explicit room_log(limits bounds)
      : bounds_(bounds)
      , kept_(bounds) {}
  room_log(const room_log&) = delete;
  room_log& operator=(const room_log&) = delete;
  ~room_log();

  /// What is there already is of another log, and the newest entry of this one,
  /// which is not here, has this offset.
  void begin(std::string epoch, uint64_t last);
  /// Not yet begun: empty.
  const std::string& epoch() const noexcept { return epoch_; }

  /// The next entry, at `offset`, which is above last(). `stamp` are
  /// milliseconds and never fall.
  const room_event& append(room_event event, uint64_t offset, int64_t stamp);
  /// Of the next entry nobody is told.
  void skip(uint64_t offset);
  /// Lets go of what is too old.
  void expire(int64_t now);

  /// Keeps at most this share of its bounds, in (0, 1], from now on. Whenever
  /// the share becomes less, half of what is here leaves, too, however far it
  /// is from the bounds; when it becomes more, twice as much may be kept.
  void keep_share(double share);

  position newest() const { return {epoch_, last_}; }
  /// Offset of the newest entry; 0: none yet.
  uint64_t last() const noexcept { return last_; }
  /// All that was told after this offset is here.
  uint64_t floor() const noexcept { return floor_; }
  /// Whether all that was told after `offset` is here still. `offset` is not
  /// from the future and 0 is the beginning.
  bool reaches(uint64_t offset) const noexcept {
    return offset <= last_ && offset >= floor_;
  }

  // Events by number: each has the next one, and those that are here the
  // numbers from first() to first() + size() - 1.
  uint64_t first() const noexcept { return left_; }
  std::size_t size() const noexcept { return events_.size(); }
  /// How many there were so far.
  uint64_t told() const noexcept { return left_ + events_.size(); }
  const room_event& operator[](uint64_t number) const;
  int64_t stamp_of(uint64_t number) const;
  /// The number of the first event behind `offset`; first() + size(): none.
  uint64_t number_after(uint64_t offset) const;

  std::size_t bytes() const noexcept { return bytes_; }

private:
  struct kept_event {
    room_event event;
    int64_t stamp;
  };
  static std::size_t bytes_of(const kept_event& one) noexcept;
  void evict();
  void drop_oldest();

  std::string epoch_;
  limits bounds_;
  limits kept_; // at most `bounds_`
  double share_ = 1;
  std::deque<kept_event> events_; // offsets rise
  uint64_t left_ = 0;             // how many have left
  std::size_t bytes_ = 0;
  uint64_t last_ = 0;
  uint64_t floor_ = 0;
};

uint64_t offset_of(const room_event& event) noexcept;

/// Memory of an event besides its place in a log.
std::size_t bytes_of(const room_event& event) noexcept;

} // namespace rookery

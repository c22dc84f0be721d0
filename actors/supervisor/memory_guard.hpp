#pragma once

#include "actors/messages.hpp"
#include "actors/supervisor/memory_pressure.hpp"
#include "base/memory_meter.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace rookery {

struct supervisor_state;

/// The part of the supervisor that keeps the node within its memory budget:
/// looks at what is in use, and has rooms shrink, the door shut and the worst
/// laggards closed, in this order (memory_pressure.hpp).
///
/// Thread: its supervisor's.
class memory_guard {
public:
  /// Laggards that one look closes at most. Their outboxes hold twice of what
  /// is too much, with each look that follows twice as much again: frames are
  /// shared, so that nobody knows what a laggard gives back before it is gone.
  static constexpr std::size_t closed_max = 512;

  /// Begins to look. `owner` outlives this.
  explicit memory_guard(supervisor_state& owner);

  void look();
  /// The part of its bounds that a room may keep now.
  double share() const noexcept { return pressure_.share(); }

private:
  struct laggard {
    std::size_t thread = 0;
    connection_id id = 0;
    link_traffic traffic;
  };

  void look_again(uint64_t used);
  void report(memory_level before, const memory_use& use) const;
  void tell_rooms() const;

  void begin_search();
  void search();
  void on_page(const connection_page& page);
  void note(const connection_details& one);
  void keep_those_needed();
  void close_worst();

  supervisor_state& owner_;
  memory_pressure pressure_;
  uint64_t too_much_ = 0; // bytes, at the last look
  uint64_t factor_ = 0;   // so many times that has to be closed
  // A search through all connections, a page at a time.
  bool searching_ = false;
  std::size_t thread_ = 0;       // whose connections are looked through
  std::optional<uint64_t> from_; // the next page of them
  std::vector<laggard> worst_;   // the deepest first; at most closed_max
};

} // namespace rookery

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
  /// Laggards that one look closes at most: enough for a thousand in some
  /// seconds, few enough that what the first gave back is seen before the next
  /// ones have to go.
  static constexpr std::size_t closed_max = 16;

  /// Begins to look. `owner` outlives this.
  explicit memory_guard(supervisor_state& owner);

  void look();
  /// The part of its bounds that a room may keep now.
  double share() const noexcept { return pressure_.share(); }

private:
  struct laggard {
    std::size_t thread = 0;
    connection_id id = 0;
    std::size_t outbox_bytes = 0;
  };

  void look_again();
  void report(memory_level before, const memory_use& use) const;
  void tell_rooms() const;

  void begin_search();
  void search();
  void on_page(const connection_page& page);
  void note(const connection_details& one);
  void close_worst();

  supervisor_state& owner_;
  memory_pressure pressure_;
  // A search through all connections, a page at a time.
  bool searching_ = false;
  std::size_t thread_ = 0;       // whose connections are looked through
  std::optional<uint64_t> from_; // the next page of them
  std::vector<laggard> worst_;   // the deepest first; at most closed_max
};

} // namespace rookery

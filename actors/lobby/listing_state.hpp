#pragma once

#include "base/protocol/info_values.hpp"
#include "base/protocol/lobby_entry.hpp"
#include "base/protocol/lobby_events.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace rookery {

/// Whether both look alike to who reads a list.
bool same_on_lists(const listed_lobby& a, const listed_lobby& b) noexcept;

/// A filter of lobbies, ready to be used.
struct lobby_query {
  explicit lobby_query(const lobby_filter& filter);

  std::string prefix;
  info_values info; // all of these
  uint32_t free_min = 0;
  std::optional<uint32_t> seats;
};

/// A list of lobbies as its log says it is. Each entry has one lobby as the
/// lobby's own log had it at some offset; the highest counts, so who appends
/// late, or twice, changes nothing. Pure.
///
/// Bounded by who appends (lobby_config::listed_max) and by `closed_max`.
class listing_state {
public:
  /// Lobbies that were closed are known for as long as an entry about them may
  /// be on its way.
  static constexpr std::size_t closed_max = 10'000;
  static constexpr int64_t closed_age_max = 600'000; // ms

  struct row {
    listed_lobby lobby;
    info_values info;

    bool is_listed() const noexcept {
      return lobby.phase == listing_phase::open;
    }
  };
  using row_map = std::map<std::string, row, std::less<>>; // by topic

  /// Whether the entry would change anything.
  bool judge(const listing_entry& entry) const;
  /// What is judged so. True: who looks at the list has to be told.
  bool apply(const listing_entry& entry, int64_t stamp);

  const row* find(const std::string& topic) const;
  const row_map& rows() const noexcept { return rows_; }
  uint64_t listed() const noexcept { return listed_; }
  /// Those that are listed and fit, in order; it looks at `visits_max` at most.
  listing_view page(
      const lobby_query& query, const std::string& after, std::size_t most,
      std::size_t visits_max) const;
  static bool fits(const row& one, const lobby_query& query);

  listing_image image() const;
  void restore(listing_image image);

private:
  struct tombstone {
    std::string epoch;
    uint64_t at = 0;
  };
  void forget_closed(int64_t stamp);

  row_map rows_;
  uint64_t listed_ = 0;
  std::unordered_map<std::string, tombstone> closed_; // by topic
  std::deque<listing_image::closed_lobby> closed_order_;
};

} // namespace rookery

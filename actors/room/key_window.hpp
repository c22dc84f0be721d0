#pragma once

#include "base/protocol/handover.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rookery {

/// The keyed publishes that a log took lately and the offset of each, so that
/// the same one, sent again by who got no receipt, is stored once. A key
/// belongs to its user.
///
/// Bounded by age and by count; the oldest leave first. Time is that of the
/// log: each entry has a stamp in milliseconds, which never falls, so that who
/// applies the same entries knows the same keys; who only looks, at whatever
/// time, changes nothing. Remembering another is
/// amortized O(1). Thread: its room's.
class key_window {
public:
  struct limits {
    std::size_t keys_max = 0; // 0: none is remembered
    std::chrono::milliseconds age_max{0};
  };

  explicit key_window(limits bounds)
      : bounds_(bounds) {}
  key_window(const key_window&) = delete;
  key_window& operator=(const key_window&) = delete;
  ~key_window();

  /// Where the publish with this key is in the log; none: it is not, or that
  /// was too long ago.
  std::optional<uint64_t>
  find(std::string_view user, std::string_view key, int64_t now) const;

  /// `find` gave none at that time.
  void remember(
      std::string_view user, std::string_view key, uint64_t offset,
      int64_t stamp);

  /// All that is remembered, oldest first.
  std::vector<room_handover::known_key> all() const;
  /// Lets go of all.
  void clear();

  std::size_t size() const noexcept { return taken_.size(); }

private:
  struct place_in_log {
    uint64_t offset;
    int64_t stamp;
  };
  bool is_old(int64_t stamp, int64_t now) const noexcept {
    return now - stamp >= bounds_.age_max.count();
  }
  void forget_oldest();
  void expire(int64_t now);

  limits bounds_;
  std::unordered_map<std::string, place_in_log> keys_; // by user and key
  /// Oldest first; in `keys_`, whose elements do not move.
  std::deque<const std::string*> taken_;
  std::size_t bytes_ = 0;
};

} // namespace rookery

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rookery {

/// The keyed publishes that a log took lately and the offset of each, so that
/// the same one, sent again by who got no receipt, is stored once. A key
/// belongs to its user.
///
/// Bounded by age and by count; the oldest leave first. Time is that of the
/// log: each entry has a stamp in milliseconds, which never falls, so that who
/// applies the same entries knows the same keys. Remembering another is
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
  find(std::string_view user, std::string_view key, int64_t now);

  /// `key` is not there: `find` gave none.
  void remember(
      std::string_view user, std::string_view key, uint64_t offset,
      int64_t stamp);

  std::size_t size() const noexcept { return taken_.size(); }

private:
  struct entry {
    const std::string* name; // in `offsets_`, whose elements do not move
    int64_t stamp;
  };
  void forget_oldest();
  void expire(int64_t now);

  limits bounds_;
  std::unordered_map<std::string, uint64_t> offsets_; // by user and key
  std::deque<entry> taken_;                           // oldest first
  std::size_t bytes_ = 0;
};

} // namespace rookery

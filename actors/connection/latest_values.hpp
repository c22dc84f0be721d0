#pragma once

#include "net/link.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

namespace rookery {

/// The newest event of each tag, in the order of their coming: what subscribers
/// of a `keep-latest` topic that are behind still have to get. All of a thread
/// share it; each has a cursor, the version that it saw last.
///
/// Bounded by tags and by bytes; the oldest leave first.
/// Thread: its topic's fanout.
class latest_values {
public:
  struct limits {
    std::size_t tags_max = 1024;
    std::size_t bytes_max = 1024 * 1024;
  };
  struct value {
    std::string tag;
    event_frames frames;
    uint64_t version = 0;
  };

  explicit latest_values(limits bounds)
      : bounds_(bounds) {}

  /// Takes the place of what `tag` had before. Gives it the next version.
  void put(const std::string& tag, const event_frames& frames);
  /// Of the newest value; versions begin at 1.
  uint64_t version() const noexcept { return version_; }
  /// From the oldest value that is newer than `version` up to `end()`.
  std::list<value>::const_iterator after(uint64_t version) const;
  std::list<value>::const_iterator end() const { return values_.end(); }
  std::size_t size() const noexcept { return values_.size(); }

private:
  using place = std::list<value>::iterator;
  void remove(place one);

  limits bounds_;
  std::list<value> values_; // by version
  std::unordered_map<std::string, place> by_tag_;
  std::size_t bytes_ = 0;
  uint64_t version_ = 0;
};

} // namespace rookery

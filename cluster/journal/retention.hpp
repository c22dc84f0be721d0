#pragma once

#include "cluster/journal/journal.hpp"

namespace rookery {

/// What a topic's log is like when somebody asks what of it may go.
struct log_extent {
  uint64_t newest = 0; // offset
  uint64_t total = 0;  // bytes of all bodies that were ever appended
  uint64_t image = 0;  // offset of the newest image; 0: none, or of nothing
  int64_t now = 0;
};

/// One entry of it; `total` as above, when this one was the newest.
struct log_place {
  uint64_t offset = 0;
  uint64_t total = 0;
  int64_t stamp = 0;
};

/// Whether this entry, and with it all before it, may go.
inline bool may_go(
    const journal_retention& keep, const log_extent& log,
    const log_place& entry) noexcept {
  if (entry.offset > log.image)
    return false;
  const auto behind = log.newest - entry.offset; // entries after it
  if (behind < keep.young_entries_max
      && entry.stamp > log.now - keep.young_age.count())
    return false;
  return behind >= keep.entries_max || log.total - entry.total >= keep.bytes_max
         || (keep.age.count() > 0 && entry.stamp <= log.now - keep.age.count());
}

} // namespace rookery

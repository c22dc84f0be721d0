#pragma once

#include "base/config/config.hpp"
#include "base/error.hpp"
#include "cluster/journal/sqlite.hpp"

#include <cstdint>
#include <string>

namespace rookery {

/// Says that this process uses a journal: a lock on `<path>.lock`, beside the
/// file that `path` leads to. What is written there tells a file that an older
/// copy took the place of.
class journal_lock {
public:
  static result<journal_lock> take(const std::string& path);
  ~journal_lock();
  journal_lock(journal_lock&&) noexcept;
  journal_lock& operator=(journal_lock&&) = delete;

  /// How often the journal was opened and closed; 0: not known.
  int64_t uses() const;
  void set_uses(int64_t uses) const;

private:
  explicit journal_lock(int descriptor)
      : descriptor_(descriptor) {}

  int descriptor_;
};

/// Notes that the journal is in use. If it was when the machine went down, and
/// was not synced, or if it is an older copy, receipts are lost and their
/// offsets will be given anew: then all that was known of its topics is of
/// another epoch.
void begin_use(
    sqlite_connection& db, journal_sync sync, const journal_lock& lock);

/// Notes that all is on the disk.
void end_use(sqlite_connection& db, const journal_lock& lock);

} // namespace rookery

#pragma once

#include "base/config/config.hpp"
#include "cluster/journal/journal.hpp"
#include "cluster/journal/journal_clock.hpp"

#include <memory>

namespace rookery {

struct sqlite_journal_settings {
  /// Of the file; `<path>.lock`, `-wal` and `-shm` lie beside it. Its directory
  /// exists.
  std::string path;
  journal_sync sync = journal_sync::always;
  /// Looks through the whole file at start.
  bool check = true;
  /// What may wait for the disk; more is refused at once.
  uint64_t backlog_entries_max = 65'536;
  uint64_t backlog_bytes_max = 64 * 1024 * 1024;
  /// Reads that may wait.
  uint64_t reads_max = 16'384;

  // What tests change.
  clock_source clock;
  std::size_t fresh_bytes_max = 16 * 1024 * 1024; // settler_limits
  /// Pages of 4 KiB in the WAL from where on they are moved into the file.
  /// Later and more of them write a page once that changed often.
  int wal_pages_max = 4096;
  std::chrono::milliseconds sweep_pause{1000}; // between two steps
  /// Once all topics have been looked at: names change slowly.
  std::chrono::milliseconds sweep_rest = std::chrono::minutes{10};
};

/// The journal of one node: an SQLite file in WAL mode.
///
/// One thread writes: it takes all that waits, whatever its topics, stores it
/// in one transaction and answers. Another reads, over a connection of its own,
/// so that replays do not wait for the disk to sync.
///
/// Known batches (`journal_batch::id`) are forgotten with the process: a commit
/// of this file has one outcome, and who lives on knows it.
class sqlite_journal final : public journal {
public:
  /// Opens or makes the file. Never replaces one that it can not use: the
  /// failure says what is wrong with it and what to do.
  static result<std::unique_ptr<sqlite_journal>>
  open(sqlite_journal_settings settings);
  /// Stores and answers all that was given, then closes the file.
  ~sqlite_journal() override;
  sqlite_journal(const sqlite_journal&) = delete;
  sqlite_journal& operator=(const sqlite_journal&) = delete;

  void open(
      std::string topic, const journal_retention& keep,
      done<journal_head> answer) override;
  void append(
      std::string topic, journal_batch batch,
      done<journal_receipt> answer) override;
  void read(
      std::string topic, const journal_range& range,
      done<journal_page> answer) override;
  void
  save(std::string topic, journal_image image, done<uint64_t> answer) override;
  void close(std::string topic) override;
  void stop() override;
  int64_t now() const override;
  journal_counts counts() const override;

private:
  struct engine;
  explicit sqlite_journal(std::unique_ptr<engine> made);
  std::unique_ptr<engine> engine_;
};

} // namespace rookery

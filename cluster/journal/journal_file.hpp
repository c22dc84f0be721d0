#pragma once

#include "cluster/journal/journal_use.hpp"
#include "cluster/journal/sqlite.hpp"
#include "cluster/journal/sqlite_journal.hpp"

#include <memory>

namespace rookery {

/// The files of a journal, open and found to be in order: nobody else has them,
/// the schema is there.
///
/// Thread: that of who opens and closes it, which gives `writer` and `reader`
/// to a thread each meanwhile.
class journal_file {
public:
  static result<journal_file> open(const sqlite_journal_settings& settings);
  /// Makes the end known: the next start finds that nothing was lost.
  ~journal_file();
  journal_file(journal_file&&) noexcept;
  journal_file& operator=(journal_file&&) = delete;

  sqlite_connection& writer() noexcept { return *writer_; }
  sqlite_connection& reader() noexcept { return *reader_; }

private:
  journal_file() = default;

  std::unique_ptr<journal_lock> lock_;
  std::unique_ptr<sqlite_connection> writer_;
  std::unique_ptr<sqlite_connection> reader_;
};

/// Bytes of the file and of its WAL. Thread: any.
uint64_t journal_file_bytes(const std::string& path);

} // namespace rookery

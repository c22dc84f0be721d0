#pragma once

#include "cluster/journal/journal_meter.hpp"
#include "cluster/journal/sqlite.hpp"
#include "cluster/journal/topic_table.hpp"

#include <unordered_set>

namespace rookery {

/// Reads pages of entries, each in a snapshot of the file. Thread: one.
class journal_reader {
public:
  journal_reader(
      sqlite_connection& db, const topic_table& topics, journal_meter& meter);

  result<journal_page>
  read(const std::string& topic, const journal_range& range);

private:
  class page_maker;

  /// False: the entry at `page.next()` is missing or damaged, or `db_` failed.
  bool collect(const read_plan& plan, page_maker& page);
  /// Takes what is in the row, if it has that entry.
  bool take(sqlite_statement::use row, int64_t topic, page_maker& page);
  failure damaged(const std::string& topic, int64_t id, failure why);

  sqlite_connection& db_;
  const topic_table& topics_;
  journal_meter& meter_;
  sqlite_statement begin_, end_, reaches_, fresh_, settled_;
  std::unordered_set<int64_t> damaged_; // topics of which it was logged
};

} // namespace rookery

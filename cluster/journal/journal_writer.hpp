#pragma once

#include "cluster/journal/journal_calls.hpp"
#include "cluster/journal/journal_clock.hpp"
#include "cluster/journal/journal_meter.hpp"
#include "cluster/journal/settler.hpp"
#include "cluster/journal/trim.hpp"

#include <unordered_map>
#include <vector>

namespace rookery {

/// Stores what was called for, many calls in one transaction, and answers them.
///
/// When a transaction fails, whatever the reason, it is undone, in the file and
/// in memory, and each of its calls is refused with that reason; the next one
/// begins from the same state. Thread: one.
class journal_writer {
public:
  /// Finds what is in the file. `db.failed()`: it could not.
  journal_writer(
      sqlite_connection& db, topic_table& topics, journal_meter& meter,
      const settler_limits& limits, const clock_source& clock);

  /// Afterwards each of `calls` has its reply.
  void store(std::vector<write_call>& calls);
  static void answer(std::vector<write_call>& calls);
  /// Moves what is in the WAL into the file, if it is as much; between rounds,
  /// so that nobody waits for it but who comes next.
  void checkpoint_if_due(int pages_max);
  /// One step of the sweeper. True: all topics have been looked at.
  bool sweep();

  /// Thread: any.
  const journal_clock& clock() const noexcept { return clock_; }

private:
  void find_fresh();
  topic_table::pointer load(const topic_row& row);

  void apply(open_call& call);
  void apply(append_call& call);
  void apply(save_call& call);
  void apply(close_call& call);
  topic_table::pointer open_log(const std::string& topic);
  journal_receipt receipt_of(const topic_marks& log) const;

  /// Runs `work` as one transaction; none: it is committed.
  template <class Work>
  std::optional<failure> transact(Work work);
  void note_failure(const failure& why);
  void note_success();

  sqlite_connection& db_;
  topic_table& topics_;
  journal_meter& meter_;
  journal_store store_;
  settler settler_;
  sweeper sweeper_;
  journal_clock clock_;
  int64_t now_ = 0; // stamp of the present transaction
  int wal_pages_ = 0;
  int64_t spare_until_ = 0;
  bool failing_ = false;
  bool checkpoint_failing_ = false;
};

} // namespace rookery

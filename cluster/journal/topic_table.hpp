#pragma once

#include "cluster/journal/journal.hpp"
#include "cluster/journal/retention.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rookery {

/// A row of the table `fresh`: entries of one topic, as they were appended.
struct fresh_row {
  int64_t seq = 0; // its key; never used twice while the process runs
  uint64_t last = 0;
  uint32_t entries = 0;
  uint64_t bytes = 0; // of bodies
  uint64_t total = 0; // log_place, of the last
  int64_t stamp = 0;  // of the last
  uint64_t first() const noexcept { return last - entries + 1; }
};

/// What is known of a topic's log without looking into the file.
struct topic_marks {
  bool open = false;
  journal_retention keep;
  int64_t age_ms = 0; // as topic_row has it
  uint64_t newest = 0;
  uint64_t total = 0; // bytes of all bodies that were ever appended
  uint64_t reaches = 0;
  uint64_t gone = 0; // `total` at `reaches`
  /// All through here is in the table `settled`, or gone; the rest is `fresh`.
  uint64_t settled = 0;
  uint64_t settled_total = 0; // `total` at `settled`
  uint64_t image = 0;         // offset; 0: none, or of nothing
  // The last batch.
  uint64_t batch_id = 0;
  uint64_t batch_entries = 0;
  int64_t batch_stamp = 0;
  // When it was last tried to trim, and from when on time is a reason.
  uint64_t tried_newest = 0;
  uint64_t tried_total = 0;
  uint64_t tried_image = 0;
  int64_t age_due = 0;
};

/// A topic that is open, or has fresh rows.
///
/// `at` and `fresh` are what is committed; `next` and `added` what the present
/// transaction makes of them.
struct topic_log {
  int64_t id = 0;
  std::string name;
  std::string epoch;

  topic_marks at;
  std::deque<fresh_row> fresh; // all behind `at.settled`

  topic_marks next; // as `at`, while not `touched`
  std::vector<fresh_row> added;
  bool touched = false;
  bool is_new = false; // made by the present transaction
};

/// Where the reader has to look for a range of entries.
struct read_plan {
  int64_t topic = 0;
  uint64_t newest = 0;
  std::vector<fresh_row> fresh; // of the range, rising
};

/// The topics that the writer knows. Changes become visible when the
/// transaction that made them is committed.
///
/// Thread: the writer's, but `plan`: any.
class topic_table {
public:
  using pointer = std::shared_ptr<topic_log>;

  /// None: neither open nor with fresh rows.
  pointer find(const std::string& name) const;
  /// Takes part in the present transaction.
  pointer add(topic_log log);
  /// `log.next` and `log.added` will be changed.
  void touch(const pointer& log);
  /// The transaction is committed, or undone.
  void publish();
  void discard();

  /// None: the topic is not open. Made before the reader's snapshot of the
  /// file, it stays right: a fresh row that has gone since is found settled.
  std::optional<read_plan>
  plan(const std::string& topic, const journal_range& range) const;

private:
  mutable std::mutex lock_; // for changes of the map, `at` and `fresh`
  std::unordered_map<std::string, pointer> by_name_;
  std::vector<pointer> touched_;
};

} // namespace rookery

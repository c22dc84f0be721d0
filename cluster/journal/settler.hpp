#pragma once

#include "cluster/journal/journal_store.hpp"

#include <cstddef>
#include <deque>

namespace rookery {

struct settler_limits {
  /// What makes it worth to settle a topic: either.
  uint32_t worth_entries = 64;
  std::size_t worth_bytes = 16 * 1024; // of bodies
  /// What a row holds: both, or one entry.
  uint32_t pack_entries_max = 128;
  std::size_t pack_bytes_max = 32 * 1024; // of bodies
  /// Bytes of the table `fresh`, dead rows included, from where on its oldest
  /// topics are settled. It may come to twice as much under load.
  std::size_t fresh_bytes_max = 16 * 1024 * 1024;
};

/// Puts batches into the table `fresh`, one behind the other whatever their
/// topics, and copies what a topic has there to `settled` when it is worth a
/// row, or when `fresh` is full. So a batch of one entry costs a place at the
/// end of one tree, not a page of its own, and a replay still finds the entries
/// of a topic side by side.
///
/// What it copies in a transaction is bounded by twice what is appended in it.
/// Thread: the writer's.
class settler {
public:
  settler(
      journal_store& store, topic_table& topics, const settler_limits& limits)
      : store_(store)
      , topics_(topics)
      , limits_(limits) {}

  /// A row that is in the file at start; in order of `seq`.
  void found(const topic_table::pointer& log, const fresh_row& row);

  /// A transaction begins. With `spare` it copies nothing: the disk was full a
  /// moment ago.
  void begin(bool spare);
  /// Appends to a topic; moves its `next`. `packs` are within the limits of a
  /// row each, or hold one entry.
  void put(const topic_table::pointer& log, std::vector<entry_pack> packs);
  /// After the batches of a transaction.
  void finish();
  /// What happened to the transaction; before the table is told.
  void publish();
  void discard();

  const settler_limits& limits() const noexcept { return limits_; }

private:
  struct ordered_row {
    topic_table::pointer log;
    fresh_row row;
    bool dead() const { return row.last <= log->next.settled; }
  };
  bool worth_a_row(const topic_log& log, const entry_pack& with) const;
  void put_fresh(const topic_table::pointer& log, const entry_pack& pack);
  void settle(const topic_table::pointer& log, const entry_pack* with);
  void write(const topic_table::pointer& log, entry_pack& pack);
  void make_room();

  journal_store& store_;
  topic_table& topics_;
  settler_limits limits_;
  std::deque<ordered_row> rows_; // all that are in the file, but `added_`
  std::size_t bytes_ = 0;        // of `rows_`
  int64_t next_seq_ = 1;
  // Of the present transaction.
  std::vector<ordered_row> added_;
  std::size_t dropped_ = 0; // of the front of `rows_`
  bool spare_ = false;
  int64_t budget_ = 0; // bytes that may still be copied
  int64_t stamp_ = 0;  // to be remembered, since rows left `fresh`
};

} // namespace rookery

#pragma once

#include "cluster/journal/journal.hpp"
#include "cluster/journal/journal_clock.hpp"

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace rookery {

/// A log in memory that several nodes of a test append to: each has a journal
/// that is attached to it. What was asked and what is told is under way for as
/// long as chance wants, in the order that the contract demands, and fails when
/// it is told to. The same seed and the same calls give the same run. Not
/// bounded.
///
/// Thread: one. Answers come from `run_one` only. Journals end before it.
class shared_memory_log {
public:
  explicit shared_memory_log(uint64_t seed = 1, clock_source clock = {});
  ~shared_memory_log();
  shared_memory_log(const shared_memory_log&) = delete;
  shared_memory_log& operator=(const shared_memory_log&) = delete;

  std::unique_ptr<journal> attach();

  /// Does one of the things that are under way; false: nothing is.
  bool run_one();
  void run();

  /// Appends are answered as failed by this chance, half of them stored.
  void fail(double chance) noexcept { failing_ = chance; }
  /// The node has no connection: what it asks fails, and what is news waits.
  void cut(const journal& node, bool is_cut);
  /// As if the stream was made anew: everybody has to open his topics again.
  void lose();
  /// Each topic keeps so many batches.
  void keep(std::size_t batches) noexcept { batches_max_ = batches; }

  /// How often it was read from.
  uint64_t reads() const noexcept { return reads_; }
  /// What the topic's log has, oldest first.
  std::vector<journal_record> records(const std::string& topic) const;

private:
  class attached;
  struct stored_batch {
    uint64_t sequence = 0;
    std::vector<journal_record> records;
  };
  struct topic_log {
    std::deque<stored_batch> batches;
    uint64_t newest = 0;
    uint64_t reaches = 0;
    std::optional<journal_image> image;
  };
  bool happens(double chance);
  void trim(topic_log& log) const;

  std::mt19937_64 random_;
  journal_clock clock_;
  double failing_ = 0;
  uint64_t reads_ = 0;
  std::size_t batches_max_ = SIZE_MAX;
  std::string epoch_;
  uint64_t sequence_ = 0; // of all topics
  std::map<std::string, topic_log> logs_;
  std::vector<attached*> nodes_;
};

} // namespace rookery

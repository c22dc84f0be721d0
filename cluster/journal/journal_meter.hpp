#pragma once

#include "cluster/journal/journal.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>

namespace rookery {

/// What the threads of a journal tell of their work. Each fact has one thread
/// that tells it; anybody may ask.
class journal_meter {
public:
  void committed(std::chrono::nanoseconds took) {
    const auto& bounds = journal_counts::seconds_bounds;
    const double seconds = std::chrono::duration<double>(took).count();
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds);
    add(commits_by_seconds_[static_cast<std::size_t>(bucket - bounds.begin())]);
    add(commits_);
    add(commit_ns_, static_cast<uint64_t>(took.count()));
  }
  void appended(uint64_t entries) { add(entries_, entries); }
  void failed() { add(failures_); } // a batch
  void read() { add(reads_); }
  void news() { add(news_); }
  void gap() { add(gaps_); }
  void tail_check() { add(tail_checks_); }
  void set_failing(bool now) { failing_.store(now, relaxed); }

  /// All but what the queues and the file know.
  journal_counts counts() const {
    journal_counts now;
    now.entries = entries_.load(relaxed);
    now.commits = commits_.load(relaxed);
    now.failures = failures_.load(relaxed);
    now.reads = reads_.load(relaxed);
    now.commit_seconds = static_cast<double>(commit_ns_.load(relaxed)) / 1e9;
    for (std::size_t i = 0; i < commits_by_seconds_.size(); ++i)
      now.commits_by_seconds[i] = commits_by_seconds_[i].load(relaxed);
    now.failing = failing_.load(relaxed);
    now.news = news_.load(relaxed);
    now.gaps = gaps_.load(relaxed);
    now.tail_checks = tail_checks_.load(relaxed);
    return now;
  }

private:
  using counter = std::atomic<uint64_t>;
  static constexpr auto relaxed = std::memory_order_relaxed;
  static void add(counter& to, uint64_t more = 1) {
    to.fetch_add(more, relaxed);
  }

  counter entries_{0}, commits_{0}, failures_{0}, reads_{0}, commit_ns_{0};
  counter news_{0}, gaps_{0}, tail_checks_{0};
  std::array<counter, journal_counts::seconds_bounds.size() + 1>
      commits_by_seconds_{};
  std::atomic<bool> failing_{false};
};

} // namespace rookery

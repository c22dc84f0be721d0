#pragma once

#include "cluster/journal/journal_clock.hpp"
#include "tests/unit/journal/journal_fixture.hpp"

#include <map>
#include <random>

namespace rookery {

/// A journal that can be started anew.
class restartable_journal {
public:
  virtual ~restartable_journal() = default;
  virtual journal& get() = 0;
  virtual void restart() = 0;
  /// Whoever waits for an answer calls it first.
  virtual void run() {}
};

/// Plays random operations on a journal and on a model of it that is plainly
/// right, and compares what both say. A failure tells the seed's operation.
class journal_play {
public:
  journal_play(restartable_journal& real, manual_clock& clock, uint32_t seed)
      : real_(real)
      , clock_(clock)
      , stamps_(0, clock.source())
      , random_(seed) {}

  void play(int operations);

private:
  struct topic_model {
    bool open = false;
    std::string epoch;
    journal_retention keep;
    std::vector<journal_record> all; // ever appended
    std::optional<journal_image> image;
    uint64_t may_be_gone = 0;
    uint64_t reaches = 0; // as told last
    uint64_t batch_id = 0;
    journal_receipt receipt;

    uint64_t newest() const { return all.size(); }
  };
  uint64_t below(uint64_t bound) { return random_() % bound; }
  journal_range some_range(const topic_model& topic);
  std::vector<uint64_t>
  expected(const topic_model& topic, const journal_range& range) const;
  journal_retention some_retention();
  void one();
  void open(const std::string& name, topic_model& topic);
  void append(const std::string& name, topic_model& topic);
  void append_again(const std::string& name, topic_model& topic);
  void read(const std::string& name, topic_model& topic);
  void save(const std::string& name, topic_model& topic);
  void restart();
  void allow_trims(topic_model& topic) const;
  void see_reaches(topic_model& topic, uint64_t reaches);

  restartable_journal& real_;
  manual_clock& clock_;
  journal_clock stamps_; // what the journal's own should say
  int64_t greatest_ = 0; // stamp
  std::mt19937 random_;
  std::map<std::string, topic_model> topics_;
  uint64_t batches_ = 0;
};

} // namespace rookery

#pragma once

#include "cluster/journal/journal.hpp"
#include "cluster/journal/journal_clock.hpp"

#include <cstddef>
#include <deque>
#include <map>

namespace rookery {

/// A journal in memory, for tests of what uses one: it keeps the contract, and
/// fails when it is told to. Not bounded.
///
/// Thread: one. Answers come within the call, or when they are asked for.
class memory_journal final : public journal {
public:
  enum class answers : uint8_t { at_once, when_run };
  /// What happens to an append that fails.
  enum class fault : uint8_t {
    refused,   // not stored
    lost_reply // stored, and answered as if it was not
  };

  explicit memory_journal(
      answers when = answers::at_once, clock_source clock = {});
  /// Answers all that waits.
  ~memory_journal() override;
  memory_journal(const memory_journal&) = delete;
  memory_journal& operator=(const memory_journal&) = delete;

  /// The next `appends` fail with `not_available`.
  void fail_next(std::size_t appends, fault how = fault::refused);
  /// So do all calls, until it is told that it may work again.
  void set_down(bool down) noexcept { down_ = down; }
  /// As after a new start with the same file: nothing is open, and no batch is
  /// known again.
  void restart();
  /// As after a new start without the file.
  void lose();

  /// Answers the oldest call that waits; false: none did.
  bool run_one();
  /// Answers all that wait, and those that come of it.
  void run();
  std::size_t waiting() const noexcept { return waiting_.size(); }

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
  void stop() override { run(); }
  int64_t now() const override { return clock_.now(); }
  journal_counts counts() const override;

private:
  struct topic_memory {
    std::string epoch;
    bool open = false;
    journal_retention keep;
    uint64_t reaches = 0;
    std::deque<journal_record> records; // behind `reaches`
    std::optional<journal_image> image;
    int64_t stamp = 0; // the greatest
    uint64_t batch_id = 0;
    journal_receipt receipt; // of that batch

    uint64_t newest() const noexcept { return reaches + records.size(); }
    void trim(int64_t now);
  };
  void give(std::function<void()> work);
  topic_memory* find(const std::string& topic);
  template <class T, class Work>
  void answer_open(const std::string& topic, const done<T>& answer, Work work);
  result<journal_receipt> store(topic_memory& to, journal_batch& batch);
  static journal_page
  page_of(const topic_memory& from, const journal_range& range);

  answers when_;
  clock_source time_;
  journal_clock clock_;
  std::map<std::string, topic_memory> logs_;
  std::deque<std::function<void()>> waiting_;
  std::size_t failing_ = 0;
  fault how_ = fault::refused;
  bool down_ = false;
  journal_counts counts_;
};

} // namespace rookery

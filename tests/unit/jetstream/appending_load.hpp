#pragma once

#include "tests/unit/journal/journal_fixture.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace rookery {

/// Appends batches of three to each of some topics, each when the one before is
/// answered, and the same again when it was refused. Several may append to the
/// same topics under different names.
class appending_load {
public:
  static constexpr uint64_t batch = 3;
  appending_load(
      journal& to, std::vector<std::string> topics, std::string name = "")
      : to_(to)
      , name_(std::move(name))
      , names_(std::move(topics))
      , receipts_(names_.size()) {}

  void start() {
    for (std::size_t i = 0; i < names_.size(); ++i)
      give(i, 1);
  }
  bool reach(uint64_t receipts) {
    std::unique_lock guard{lock_};
    return more_.wait_for(
        guard, std::chrono::seconds{30}, [&] { return total_ >= receipts; });
  }
  /// Returns when nothing is on its way.
  bool end() {
    std::unique_lock guard{lock_};
    over_ = true;
    return more_.wait_for(
        guard, std::chrono::seconds{30}, [&] { return on_way_ == 0; });
  }
  uint64_t total() {
    const std::lock_guard guard{lock_};
    return total_;
  }
  /// All that had a receipt is there once, in order, and nothing else.
  void expect_each_once(journal& in) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const auto records = waiting_journal{in}.all(names_[i]);
      ASSERT_TRUE(records) << records.error().message;
      const auto& receipts = receipts_[i];
      ASSERT_EQ(records->size(), receipts.size()) << names_[i];
      for (std::size_t k = 0; k < receipts.size(); ++k) {
        ASSERT_EQ((*records)[k].offset, receipts[k]);
        ASSERT_EQ((*records)[k].body, name_ + std::to_string(k));
      }
    }
  }
  /// Of what had a receipt.
  uint64_t entries(std::size_t topic) {
    const std::lock_guard guard{lock_};
    return receipts_[topic].size();
  }
  /// All that had a receipt is in the log once, in order; others' stand
  /// between.
  void expect_among(
      const std::vector<journal_record>& log, std::size_t topic) const {
    const auto& receipts = receipts_[topic];
    std::size_t k = 0;
    for (const auto& one : log) {
      if (!one.body.starts_with(name_))
        continue;
      ASSERT_LT(k, receipts.size()) << "it was stored, and had no receipt";
      ASSERT_EQ(one.offset, receipts[k]);
      ASSERT_EQ(one.body, name_ + std::to_string(k));
      ++k;
    }
    ASSERT_EQ(k, receipts.size());
  }
  std::string body(uint64_t id, uint64_t index) const {
    return name_ + std::to_string((id - 1) * batch + index);
  }

private:
  void give(std::size_t topic, uint64_t id, bool again = false) {
    {
      const std::lock_guard guard{lock_};
      if (over_ && !again)
        return;
      ++on_way_;
    }
    journal_batch made{id, {}};
    for (uint64_t i = 0; i < batch; ++i)
      made.bodies.add([&](std::string& to) { to += body(id, i); });
    to_.append(names_[topic], std::move(made), [=, this](auto said) {
      on_answer(topic, id, std::move(said));
    });
  }
  void on_answer(std::size_t topic, uint64_t id, result<journal_receipt> said) {
    if (said) {
      const std::lock_guard guard{lock_};
      for (const auto one : said->offsets)
        receipts_[topic].push_back(one);
      ++total_;
    }
    give(topic, said ? id + 1 : id, !said);
    const std::lock_guard guard{lock_};
    --on_way_;
    more_.notify_all();
  }

  journal& to_;
  const std::string name_;
  std::vector<std::string> names_;
  std::mutex lock_;
  std::condition_variable more_;
  std::vector<std::vector<uint64_t>> receipts_;
  uint64_t total_ = 0;
  uint64_t on_way_ = 0;
  bool over_ = false;
};

} // namespace rookery

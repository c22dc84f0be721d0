#pragma once

#include "cluster/jetstream/jetstream_journal.hpp"
#include "tests/unit/journal/journal_fixture.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace rookery {

/// What a follower of one topic was told. Lives as long as its journal.
class news_log {
public:
  journal::follower follower() {
    return [this](result<journal_news> one) { hear(std::move(one)); };
  }
  /// Until there are so many entries. False: in vain, or the end came first.
  bool reach(std::size_t entries) {
    return wait([&] { return records_.size() >= entries; })
           && count() >= entries;
  }
  bool reach_end() {
    return wait([] { return false; }) && error().has_value();
  }
  std::size_t count() {
    const std::lock_guard guard{lock_};
    return records_.size();
  }
  std::vector<journal_record> records() {
    const std::lock_guard guard{lock_};
    return records_;
  }
  std::vector<uint64_t> batches() {
    const std::lock_guard guard{lock_};
    return batches_;
  }
  bool has(uint64_t batch) {
    const std::lock_guard guard{lock_};
    return std::find(batches_.begin(), batches_.end(), batch) != batches_.end();
  }
  std::optional<failure> error() {
    const std::lock_guard guard{lock_};
    return error_;
  }
  /// For the next time that the topic is opened.
  void clear() {
    const std::lock_guard guard{lock_};
    records_.clear();
    batches_.clear();
    error_.reset();
  }

private:
  void hear(result<journal_news> one) {
    const std::lock_guard guard{lock_};
    EXPECT_FALSE(error_) << "an error is the last call";
    if (!one) {
      error_ = std::move(one.error());
    } else {
      EXPECT_FALSE(one->records.empty());
      batches_.push_back(one->batch);
      for (auto& record : one->records) {
        if (!records_.empty()) {
          EXPECT_GT(record.offset, records_.back().offset);
          EXPECT_GE(record.stamp, records_.back().stamp);
        }
        records_.push_back(std::move(record));
      }
    }
    more_.notify_all();
  }
  template <class Ready>
  bool wait(Ready ready) {
    std::unique_lock guard{lock_};
    return more_.wait_for(
        guard, std::chrono::seconds{30}, [&] { return error_ || ready(); });
  }

  std::mutex lock_;
  std::condition_variable more_;
  std::vector<journal_record> records_;
  std::vector<uint64_t> batches_;
  std::optional<failure> error_;
};

/// A journal that follows some topics.
class following_node {
public:
  following_node(
      std::unique_ptr<jetstream_journal> made, std::vector<std::string> topics)
      : topics_(std::move(topics))
      , news_(topics_.size())
      , store_(std::move(made)) {}

  jetstream_journal& journal() { return *store_; }
  news_log& news(std::size_t topic) { return news_[topic]; }

  void open() {
    for (std::size_t i = 0; i < topics_.size(); ++i)
      open(i);
  }
  journal_head open(std::size_t topic) {
    store_->follow(topics_[topic], news_[topic].follower());
    auto found = waiting_journal{*store_}.open(topics_[topic], keep_all());
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(journal_head{});
  }
  /// Followed, read forward and read backward, it is the same.
  void expect_same(std::size_t topic, std::vector<journal_record>& expected) {
    waiting_journal wait{*store_};
    EXPECT_TRUE(news_[topic].reach(expected.size()));
    expect_equal(news_[topic].records(), expected);
    const auto forward = wait.all(topics_[topic]);
    ASSERT_TRUE(forward) << forward.error().message;
    expect_equal(*forward, expected);
    std::vector<journal_record> back;
    journal_range range{0, UINT64_MAX, 37, UINT64_MAX, true};
    for (bool complete = false; !complete;) {
      auto page = wait.read(topics_[topic], range);
      ASSERT_TRUE(page) << page.error().message;
      ASSERT_TRUE(page->complete || !page->records.empty());
      complete = page->complete;
      for (auto& one : page->records)
        back.insert(back.begin(), std::move(one));
      if (!back.empty())
        range.through = back.front().offset - 1;
    }
    expect_equal(back, expected);
  }

private:
  static void expect_equal(
      const std::vector<journal_record>& found,
      const std::vector<journal_record>& expected) {
    const auto differ = std::mismatch(
        found.begin(), found.end(), expected.begin(), expected.end(),
        [](const auto& one, const auto& other) {
          return one.offset == other.offset && one.body == other.body;
        });
    const auto show = [](auto at, auto end) {
      return at == end ? "the end"
                       : std::to_string(at->offset) + " '" + at->body + "'";
    };
    ASSERT_TRUE(differ.first == found.end() && differ.second == expected.end())
        << "at " << differ.first - found.begin() << " of " << found.size()
        << " is " << show(differ.first, found.end()) << ", not "
        << show(differ.second, expected.end()) << " of " << expected.size();
  }

  std::vector<std::string> topics_;
  std::deque<news_log> news_;
  std::unique_ptr<jetstream_journal> store_; // ends first
};

} // namespace rookery

#pragma once

#include "base/log.hpp"
#include "cluster/journal/sqlite_journal.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace rookery {

/// A time that only tests move; the wall clock and the steady one by
/// themselves.
class manual_clock {
public:
  clock_source source() {
    clock_source made;
    made.wall = [this] { return std::chrono::milliseconds{wall_.load()}; };
    made.steady = [this] { return std::chrono::milliseconds{steady_.load()}; };
    return made;
  }
  void advance(std::chrono::milliseconds by) {
    wall_ += by.count();
    steady_ += by.count();
  }
  void set_wall(int64_t ms) { wall_ = ms; }
  int64_t wall() const { return wall_; }

private:
  std::atomic<int64_t> wall_{1'700'000'000'000};
  std::atomic<int64_t> steady_{5'000};
};

/// An answer that is on its way. Waiting for it has a deadline.
template <class T>
class pending {
public:
  journal::done<T> answer() {
    return [promise = promise_](result<T> said) {
      promise->set_value(std::move(said));
    };
  }
  result<T> wait() {
    if (future_.wait_for(std::chrono::seconds{30}) != std::future_status::ready)
      return refuse(errc::internal, "the test waited for an answer in vain");
    return future_.get();
  }
  bool answered() const {
    return future_.wait_for(std::chrono::seconds{0})
           == std::future_status::ready;
  }

private:
  std::shared_ptr<std::promise<result<T>>> promise_ =
      std::make_shared<std::promise<result<T>>>();
  std::future<result<T>> future_ = promise_->get_future();
};

/// Calls of a journal that wait for their answers.
class waiting_journal {
public:
  explicit waiting_journal(journal& of)
      : of_(of) {}

  result<journal_head>
  open(const std::string& topic, const journal_retention& keep) {
    pending<journal_head> said;
    of_.open(topic, keep, said.answer());
    return said.wait();
  }
  result<journal_receipt> append(
      const std::string& topic, std::vector<std::string> bodies,
      uint64_t id = 0) {
    pending<journal_receipt> said;
    of_.append(topic, {id, std::move(bodies)}, said.answer());
    return said.wait();
  }
  result<journal_page>
  read(const std::string& topic, const journal_range& range) {
    pending<journal_page> said;
    of_.read(topic, range, said.answer());
    return said.wait();
  }
  result<uint64_t> save(const std::string& topic, journal_image image) {
    pending<uint64_t> said;
    of_.save(topic, std::move(image), said.answer());
    return said.wait();
  }
  /// All that the log holds; an error ends it.
  result<std::vector<journal_record>> all(const std::string& topic) {
    std::vector<journal_record> records;
    journal_range range{0, UINT64_MAX, 64, UINT64_MAX};
    for (;;) {
      auto page = read(topic, range);
      if (!page)
        return tl::make_unexpected(page.error());
      for (auto& one : page->records)
        records.push_back(std::move(one));
      if (page->complete)
        return records;
      range.after = records.back().offset;
    }
  }

private:
  journal& of_;
};

inline journal_retention keep_all() {
  return {
      UINT64_MAX, UINT64_MAX, std::chrono::milliseconds{0}, 0,
      std::chrono::milliseconds{0}};
}

/// `count` bodies of which each is another.
inline std::vector<std::string>
bodies(std::size_t count, std::size_t length = 150) {
  static std::atomic<uint64_t> number{0};
  std::vector<std::string> made(count);
  for (auto& one : made) {
    one = std::to_string(++number) + " ";
    one.resize(std::max(length, one.size()), 'x');
  }
  return made;
}

/// Failures are what these tests make.
inline const bool quiet = [] {
  log::start(log::level::off, log::format::text);
  return true;
}();

/// Where syncs cost nothing, if there is such a place.
inline std::string temporary_place() {
  return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm/" : ::testing::TempDir();
}

/// A folder with one journal file in it.
class journal_folder : public ::testing::Test {
protected:
  journal_folder() {
    std::string name = temporary_place() + "journal-XXXXXX";
    path_ = ::mkdtemp(name.data());
    settings.path = path_ + "/rooms.journal";
    settings.clock = clock.source();
  }
  ~journal_folder() override { std::filesystem::remove_all(path_); }

  /// As after a new start of the process.
  void start() {
    store.reset();
    auto opened = sqlite_journal::open(settings);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
  }
  waiting_journal wait() { return waiting_journal{*store}; }
  /// Why it does not start.
  std::string refusal() {
    store.reset();
    auto opened = sqlite_journal::open(settings);
    return opened ? "it started" : opened.error().message;
  }

  std::string path_;
  manual_clock clock;
  sqlite_journal_settings settings;
  std::unique_ptr<sqlite_journal> store;
};

} // namespace rookery

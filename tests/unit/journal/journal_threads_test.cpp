#include "tests/unit/journal/journal_fixture.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace rookery {

namespace {

using namespace std::chrono_literals;

/// Counts down to nothing.
class countdown {
public:
  explicit countdown(int from)
      : left_(from) {}
  void one() {
    const std::lock_guard guard{lock_};
    if (--left_ == 0)
      none_.notify_all();
  }
  bool wait() {
    std::unique_lock guard{lock_};
    return none_.wait_for(guard, 30s, [&] { return left_ <= 0; });
  }

private:
  std::mutex lock_;
  std::condition_variable none_;
  int left_;
};

/// Appends to its topic, one batch after the other, from the answers.
struct publisher {
  journal& to;
  std::string topic;
  countdown& done;
  int left;
  uint64_t newest = 0;
  bool in_order = true;

  void next() {
    to.append(
        topic, {0, journal_bodies{bodies(2, 40)}},
        [this](result<journal_receipt> said) {
          in_order = in_order && said && said->offsets.front() == newest + 1
                     && said->offsets.back() == newest + 2;
          newest += 2;
          --left > 0 ? next() : done.one();
        });
  }
};

class journal_threads : public journal_folder {};

} // namespace

TEST_F(journal_threads, many_topics_share_commits_and_each_keeps_its_order) {
  constexpr int topics = 200;
  constexpr int batches = 20;
  settings.fresh_bytes_max = 100'000;
  start();
  countdown done{topics};
  std::vector<std::unique_ptr<publisher>> publishers;
  for (int i = 0; i < topics; ++i) {
    const auto name = "room:" + std::to_string(i);
    ASSERT_TRUE(wait().open(name, keep_all()));
    publishers.push_back(
        std::unique_ptr<publisher>{new publisher{*store, name, done, batches}});
  }
  const auto before = store->counts();
  std::vector<std::thread> threads;
  for (int part = 0; part < 4; ++part)
    threads.emplace_back([&, part] {
      for (int i = part; i < topics; i += 4)
        publishers[static_cast<std::size_t>(i)]->next();
    });
  for (auto& one : threads)
    one.join();
  ASSERT_TRUE(done.wait());
  for (const auto& one : publishers) {
    EXPECT_TRUE(one->in_order);
    const auto records = wait().all(one->topic);
    ASSERT_TRUE(records);
    EXPECT_EQ(records->size(), 2u * batches);
  }
  const auto after = store->counts();
  EXPECT_EQ(after.entries - before.entries, 2u * topics * batches);
  EXPECT_LT(after.commits - before.commits, topics * batches / 2u);
  EXPECT_EQ(after.failures, 0u);
}

TEST_F(journal_threads, calls_of_one_topic_are_answered_in_their_order) {
  start();
  std::mutex lock;
  std::vector<int> order;
  countdown done{100};
  const auto note = [&](int which) {
    const std::lock_guard guard{lock};
    order.push_back(which);
    done.one();
  };
  store->open("room:a", keep_all(), [&](const auto&) { note(0); });
  for (int i = 1; i < 100; ++i) {
    if (i % 3 == 0)
      store->save("room:a", {0, "image"}, [&, i](const auto&) { note(i); });
    else
      store->append("room:a", {0, {"x"}}, [&, i](const auto&) { note(i); });
  }
  ASSERT_TRUE(done.wait());
  const std::lock_guard guard{lock};
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(journal_threads, a_replay_beside_appends_and_trims_misses_nothing) {
  settings.fresh_bytes_max = 4000;
  settings.sync = journal_sync::checkpoint;
  start();
  auto keep = keep_all();
  keep.entries_max = 300;
  for (const auto* topic : {"room:a", "room:b"})
    ASSERT_TRUE(wait().open(topic, keep));
  std::atomic<bool> over{false};
  std::thread writing{[&] {
    for (int i = 0; i < 400; ++i) {
      const auto receipt = wait().append("room:a", bodies(1 + i % 7, 50));
      ASSERT_TRUE(receipt);
      ASSERT_TRUE(wait().append("room:b", bodies(1, 50)));
      if (i % 10 != 0)
        continue;
      ASSERT_TRUE(wait().save("room:a", {receipt->offsets.back(), "image"}));
    }
    over = true;
  }};
  while (!over) {
    uint64_t after = 0;
    journal_page page;
    do {
      auto read = wait().read("room:a", {after, UINT64_MAX, 50, UINT64_MAX});
      ASSERT_TRUE(read) << read.error().message;
      page = std::move(*read);
      for (const auto& one : page.records) {
        const auto expected = std::max(after, page.reaches) + 1;
        ASSERT_EQ(one.offset, expected);
        after = one.offset;
      }
    } while (!page.complete);
  }
  writing.join();
}

TEST_F(journal_threads, a_full_backlog_refuses_at_once) {
  settings.backlog_entries_max = 10;
  settings.backlog_bytes_max = 1000;
  start();
  ASSERT_TRUE(wait().open("room:a", keep_all()));
  // The thread that writes is kept busy, which nobody but a test may do.
  std::promise<void> go;
  pending<journal_receipt> first;
  std::promise<void> busy;
  store->append("room:a", {0, {"x"}}, [&](auto said) {
    busy.set_value();
    go.get_future().wait();
    first.answer()(std::move(said));
  });
  busy.get_future().wait();
  std::vector<pending<journal_receipt>> taken(10);
  for (auto& one : taken)
    store->append("room:a", {0, {std::string(99, 'x')}}, one.answer());
  const auto entry_too_many = wait().append("room:a", {""});
  EXPECT_EQ(store->counts().backlog_entries, 10u);
  EXPECT_EQ(store->counts().backlog_bytes, 990u);
  go.set_value();
  ASSERT_FALSE(entry_too_many);
  EXPECT_EQ(entry_too_many.error().code, errc::not_available);
  EXPECT_TRUE(first.wait());
  for (auto& one : taken)
    EXPECT_TRUE(one.wait());
}

TEST_F(journal_threads, a_batch_that_comes_alone_may_be_over_the_bounds) {
  settings.backlog_entries_max = 2;
  settings.backlog_bytes_max = 10;
  start();
  ASSERT_TRUE(wait().open("room:a", keep_all()));
  EXPECT_TRUE(wait().append("room:a", bodies(100)));
}

TEST_F(journal_threads, the_end_stores_and_answers_all_that_was_given) {
  start();
  ASSERT_TRUE(wait().open("room:a", keep_all()));
  std::vector<pending<journal_receipt>> given(500);
  for (auto& one : given)
    store->append("room:a", {0, journal_bodies{bodies(3)}}, one.answer());
  pending<journal_page> page;
  store->read("room:a", {0, 3, 3, 9999}, page.answer());
  store.reset();
  for (auto& one : given) {
    ASSERT_TRUE(one.answered());
    EXPECT_TRUE(one.wait());
  }
  EXPECT_TRUE(page.answered());
  start();
  EXPECT_EQ(wait().open("room:a", keep_all())->newest, 1500u);
}

} // namespace rookery

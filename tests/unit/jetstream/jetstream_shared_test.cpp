#include "cluster/jetstream/stream_message.hpp"
#include "tests/unit/jetstream/appending_load.hpp"
#include "tests/unit/jetstream/jetstream_fixture.hpp"
#include "tests/unit/jetstream/news_log.hpp"
#include "tests/unit/jetstream/stream_watch.hpp"

#include <deque>
#include <map>

namespace rookery {

namespace {

using std::chrono::milliseconds;

/// Several journals that append to the same topics.
class jetstream_shared : public jetstream_place {
protected:
  void open_nodes(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto opened = jetstream_journal::open(settings);
      ASSERT_TRUE(opened) << opened.error().message;
      nodes.emplace_back(std::move(*opened), topics);
      nodes.back().open();
      loads.emplace_back(
          nodes.back().journal(), topics, std::string(1, char('A' + i)));
    }
  }
  void start_loads() {
    for (auto& one : loads)
      one.start();
  }
  /// So many receipts more for each.
  void go_on(uint64_t receipts) {
    for (auto& one : loads)
      ASSERT_TRUE(one.reach(one.total() + receipts));
  }
  void end_loads() {
    for (auto& one : loads)
      ASSERT_TRUE(one.end());
  }
  /// All see the same, and all that had receipts is there once.
  void expect_one_log() {
    for (std::size_t i = 0; i < topics.size() && !HasFatalFailure(); ++i) {
      SCOPED_TRACE(topics[i]);
      std::size_t count = 0;
      for (auto& one : loads)
        count += one.entries(i);
      ASSERT_TRUE(nodes[0].news(i).reach(count));
      auto expected = nodes[0].news(i).records();
      for (auto& one : nodes)
        one.expect_same(i, expected);
      for (auto& one : loads)
        one.expect_among(expected, i);
    }
  }
  uint64_t gaps() {
    uint64_t all = 0;
    for (auto& one : nodes)
      all += one.journal().counts().gaps;
    return all;
  }

  std::vector<std::string> topics{"a", "b.c", "d"};
  std::deque<following_node> nodes;
  std::deque<appending_load> loads;
};

} // namespace

TEST_F(jetstream_shared, two_see_the_same_order) {
  open_nodes(2);
  start_loads();
  go_on(200);
  end_loads();
  expect_one_log();
  EXPECT_TRUE(nodes[0].journal().is_shared());
  EXPECT_EQ(nodes[0].journal().counts().news, nodes[1].journal().counts().news);
}

TEST_F(jetstream_shared, three_see_the_same_order) {
  open_nodes(3);
  start_loads();
  go_on(120);
  end_loads();
  expect_one_log();
}

TEST_F(jetstream_shared, who_comes_later_misses_nothing) {
  open_nodes(2);
  start_loads();
  std::deque<following_node> late;
  for (int i = 0; i < 5; ++i) {
    go_on(30);
    auto opened = jetstream_journal::open(settings);
    ASSERT_TRUE(opened) << opened.error().message;
    late.emplace_back(std::move(*opened), topics);
  }
  std::vector<uint64_t> begin;
  for (auto& one : late)
    begin.push_back(one.open(0).newest);
  go_on(30);
  end_loads();
  expect_one_log();
  const auto all = nodes[0].news(0).records();
  for (std::size_t i = 0; i < late.size(); ++i) {
    std::vector<uint64_t> expected, found;
    for (const auto& one : all)
      if (one.offset > begin[i])
        expected.push_back(one.offset);
    ASSERT_TRUE(late[i].news(0).reach(expected.size()));
    for (const auto& one : late[i].news(0).records())
      found.push_back(one.offset);
    EXPECT_EQ(found, expected);
  }
}

TEST_F(jetstream_shared, a_killed_server_loses_and_doubles_nothing) {
  settings.try_deadline = milliseconds{300};
  open_nodes(2);
  start_loads();
  for (int round = 0; round < 4; ++round) {
    go_on(40);
    server.kill();
    server.start();
  }
  go_on(40);
  end_loads();
  expect_one_log();
}

TEST_F(jetstream_shared, small_bounds_for_live_messages_lose_nothing) {
  settings.live_messages_max = 1;
  settings.tail_check = milliseconds{200};
  open_nodes(3);
  start_loads();
  go_on(100);
  end_loads();
  expect_one_log();
}

TEST_F(jetstream_shared, without_any_live_message_nothing_is_lost) {
  settings.live_messages_max = 0;
  settings.tail_check = milliseconds{200};
  settings.news_patience = milliseconds{5};
  open_nodes(2);
  start_loads();
  go_on(60);
  end_loads();
  expect_one_log();
  EXPECT_GT(gaps(), 0u);
  EXPECT_GT(nodes[0].journal().counts().tail_checks, 0u);
}

TEST_F(jetstream_shared, one_batch_is_the_first_of_a_topic) {
  topics.clear();
  for (int i = 0; i < 40; ++i)
    topics.push_back("first" + std::to_string(i));
  open_nodes(3);
  start_loads();
  go_on(80);
  end_loads();
  expect_one_log();
  stream_watch watch{server.url()};
  std::map<std::string, int> seen, first;
  const auto last = watch.last_sequence("log-test");
  for (uint64_t sequence = 1; sequence <= last; ++sequence) {
    const auto one = watch.get("log-test", sequence);
    const auto batch = unpack_batch(one.data);
    ASSERT_TRUE(batch);
    ASSERT_LT(batch->previous, offset_of(sequence, 0));
    if (batch->previous == 0) {
      EXPECT_EQ(seen[one.subject], 0) << one.subject;
      ++first[one.subject];
    }
    ++seen[one.subject];
  }
  for (const auto& one : topics)
    EXPECT_EQ(first["log.test." + one], 1) << one;
}

} // namespace rookery

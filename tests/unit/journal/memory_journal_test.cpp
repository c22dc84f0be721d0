#include "cluster/journal/memory_journal.hpp"
#include "tests/unit/journal/journal_fixture.hpp"

namespace rookery {

namespace {

using fault = memory_journal::fault;

} // namespace

TEST(memory_journal, answers_in_the_order_of_calls_when_it_is_asked_to) {
  memory_journal store{memory_journal::answers::when_run};
  std::vector<int> order;
  store.open("room:a", keep_all(), [&](const auto&) { order.push_back(0); });
  store.append("room:a", {0, {"x"}}, [&](const auto&) { order.push_back(1); });
  store.read("room:a", {0, 9, 9, 9}, [&](const auto& page) {
    order.push_back(page ? static_cast<int>(page->records.size()) + 1 : -1);
  });
  EXPECT_TRUE(order.empty());
  EXPECT_EQ(store.waiting(), 3u);
  EXPECT_TRUE(store.run_one());
  EXPECT_EQ(order, (std::vector{0}));
  store.run();
  EXPECT_EQ(order, (std::vector{0, 1, 2}));
  EXPECT_FALSE(store.run_one());
}

TEST(memory_journal, a_refused_append_is_not_stored) {
  memory_journal store;
  waiting_journal wait{store};
  ASSERT_TRUE(wait.open("room:a", keep_all()));
  store.fail_next(2);
  for (int i = 0; i < 2; ++i) {
    const auto refused = wait.append("room:a", {"x"}, 7);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::not_available);
  }
  EXPECT_EQ(wait.append("room:a", {"x"}, 7)->offsets.front(), 1u);
  EXPECT_EQ(store.counts().failures, 2u);
}

TEST(memory_journal, a_lost_reply_is_stored_once) {
  memory_journal store;
  waiting_journal wait{store};
  ASSERT_TRUE(wait.open("room:a", keep_all()));
  store.fail_next(1, fault::lost_reply);
  ASSERT_FALSE(wait.append("room:a", {"x", "y"}, 7));
  const auto again = wait.append("room:a", {"x", "y"}, 7);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->offsets, (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(wait.append("room:a", {"z"}, 8)->offsets.front(), 3u);
}

TEST(memory_journal, can_be_down_restarted_and_lost) {
  memory_journal store;
  waiting_journal wait{store};
  const auto epoch = wait.open("room:a", keep_all())->epoch;
  ASSERT_TRUE(wait.append("room:a", {"x"}));
  store.set_down(true);
  EXPECT_FALSE(wait.read("room:a", {0, 1, 1, 1}));
  EXPECT_TRUE(store.counts().failing);
  store.set_down(false);
  store.restart();
  EXPECT_FALSE(wait.append("room:a", {"x"}));
  EXPECT_EQ(wait.open("room:a", keep_all())->epoch, epoch);
  EXPECT_EQ(wait.open("room:a", keep_all())->newest, 1u);
  store.lose();
  const auto head = wait.open("room:a", keep_all());
  EXPECT_NE(head->epoch, epoch);
  EXPECT_EQ(head->newest, 0u);
}

} // namespace rookery

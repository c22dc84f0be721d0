#include "cluster/journal/retention.hpp"
#include "cluster/journal/sqlite.hpp"
#include "tests/unit/journal/journal_fixture.hpp"

namespace rookery {

namespace {

using namespace std::chrono_literals;

class journal_retention_test : public journal_folder {
protected:
  void SetUp() override {
    settings.sync = journal_sync::checkpoint;
    start();
  }
  void open(const journal_retention& keep) {
    ASSERT_TRUE(wait().open("room:a", keep));
  }
  uint64_t append(std::size_t count) {
    const auto receipt = wait().append("room:a", bodies(count));
    EXPECT_TRUE(receipt);
    newest = receipt->offsets.back();
    return receipt->reaches;
  }
  /// An image of all; returns what is left.
  uint64_t save() {
    EXPECT_EQ(wait().save("room:a", {newest, "image"}), newest);
    const auto page = wait().read("room:a", {newest, newest, 1, 1});
    EXPECT_TRUE(page);
    return newest - page->reaches;
  }
  /// All that is behind `reaches` can be read.
  void expect_left(uint64_t entries) {
    const auto records = wait().all("room:a");
    ASSERT_TRUE(records) << records.error().message;
    EXPECT_EQ(records->size(), entries);
  }

  uint64_t newest = 0;
};

} // namespace

TEST(may_go, counts_what_follows_an_entry) {
  const journal_retention keep{10, 1000, 0ms, 0, 0ms};
  const log_extent log{100, 5000, 100, 0};
  EXPECT_TRUE(may_go(keep, log, {90, 4900, 0}));
  EXPECT_FALSE(may_go(keep, log, {91, 4900, 0}));
  EXPECT_TRUE(may_go(keep, log, {95, 4000, 0}));
  EXPECT_FALSE(may_go(keep, log, {95, 4001, 0}));
}

TEST(may_go, needs_an_image_and_spares_the_young) {
  const journal_retention keep{1, 1, 10s, 20, 2s};
  log_extent log{100, 5000, 50, 100'000};
  EXPECT_TRUE(may_go(keep, log, {50, 0, 0}));
  EXPECT_FALSE(may_go(keep, log, {51, 0, 0}));
  log.image = 100;
  EXPECT_FALSE(may_go(keep, log, {90, 0, 98'001}));
  EXPECT_TRUE(may_go(keep, log, {90, 0, 98'000}));
  EXPECT_TRUE(may_go(keep, log, {80, 0, 98'001})) << "not one of the 20";
  EXPECT_FALSE(may_go(keep, log, {81, 0, 98'001}));
}

TEST(may_go, knows_age_by_itself) {
  const journal_retention keep{1000, 100'000, 10s, 0, 0ms};
  const log_extent log{100, 5000, 100, 100'000};
  EXPECT_TRUE(may_go(keep, log, {99, 4990, 90'000}));
  EXPECT_FALSE(may_go(keep, log, {99, 4990, 90'001}));
}

TEST_F(journal_retention_test, nothing_goes_without_an_image) {
  open({10, 1000, 1ms, 0, 0ms});
  for (int i = 0; i < 20; ++i) {
    clock.advance(1s);
    EXPECT_EQ(append(50), 0u);
  }
  expect_left(1000);
}

TEST_F(journal_retention_test, what_an_image_does_not_hold_stays) {
  open({10, UINT64_MAX, 0ms, 0, 0ms});
  for (int i = 0; i < 20; ++i)
    append(50);
  ASSERT_EQ(wait().save("room:a", {400, "image"}), 400u);
  const auto page = wait().read("room:a", {0, 1, 1, 1});
  EXPECT_LE(page->reaches, 400u);
  EXPECT_GT(page->reaches, 400u - 128);
  expect_left(1000 - page->reaches);
}

TEST_F(journal_retention_test, the_number_of_entries_is_kept_and_little_more) {
  open({500, UINT64_MAX, 0ms, 0, 0ms});
  for (int i = 0; i < 300; ++i) {
    append(static_cast<std::size_t>(1 + i % 40));
    const auto left = save();
    EXPECT_GE(left, std::min<uint64_t>(newest, 500));
    EXPECT_LE(left, 500u + 128);
  }
  expect_left(save());
}

TEST_F(journal_retention_test, between_two_images_it_grows_by_an_eighth) {
  open({800, UINT64_MAX, 0ms, 0, 0ms});
  append(1);
  uint64_t most = 0;
  for (int i = 0; i < 300; ++i) {
    const auto reaches = append(10);
    most = std::max(most, newest - reaches);
    ASSERT_GE(newest - reaches, std::min<uint64_t>(newest, 800));
    if (i % 10 == 0)
      save();
  }
  EXPECT_LE(most, 800u + 100 + 100 + 128);
}

TEST_F(journal_retention_test, the_bytes_of_bodies_are_kept_and_little_more) {
  open({UINT64_MAX, 30'000, 0ms, 0, 0ms});
  for (int i = 0; i < 100; ++i) {
    append(10); // of 150 bytes
    EXPECT_GE(save() * 150, std::min<uint64_t>(newest * 150, 30'000));
  }
  EXPECT_LE(save() * 150, 30'000u + 128 * 150);
}

TEST_F(journal_retention_test, age_lets_all_go_but_the_place) {
  open({UINT64_MAX, UINT64_MAX, 10s, 0, 0ms});
  append(200);
  EXPECT_EQ(save(), 200u);
  clock.advance(10s);
  EXPECT_EQ(save(), 0u);
  start();
  const auto head = wait().open("room:a", keep_all());
  ASSERT_TRUE(head);
  EXPECT_EQ(head->newest, 200u);
  EXPECT_EQ(head->reaches, 200u);
  EXPECT_EQ(wait().append("room:a", {"x"})->offsets.front(), 201u);
}

TEST_F(journal_retention_test, a_jump_of_the_wall_clock_ages_nothing) {
  open({UINT64_MAX, UINT64_MAX, 10s, 0, 0ms});
  append(200);
  const auto now = clock.wall();
  clock.set_wall(now + 86'400'000);
  EXPECT_EQ(save(), 200u);
  clock.set_wall(now - 86'400'000);
  start(); // its clock goes on from the last stamp
  open({UINT64_MAX, UINT64_MAX, 10s, 0, 0ms});
  const auto receipt = wait().append("room:a", {"x"});
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->stamp, now);
  EXPECT_EQ(receipt->reaches, 0u);
}

TEST_F(journal_retention_test, the_young_stay_up_to_their_number) {
  open({0, 0, 0ms, 150, 10s});
  append(100);
  EXPECT_EQ(save(), 100u);
  append(100);
  append(100);
  const auto left = save();
  EXPECT_GE(left, 150u);
  EXPECT_LE(left, 150u + 128);
  clock.advance(10s);
  EXPECT_EQ(save(), 0u);
}

TEST_F(journal_retention_test, another_retention_holds_from_its_opening_on) {
  open(keep_all());
  for (int i = 0; i < 10; ++i)
    append(100);
  EXPECT_EQ(save(), 1000u);
  const auto head = wait().open("room:a", {200, UINT64_MAX, 0ms, 0, 0ms});
  ASSERT_TRUE(head);
  EXPECT_EQ(head->reaches, 800u);
}

TEST_F(journal_retention_test, much_goes_in_steps) {
  open(keep_all());
  append(10'000);
  EXPECT_EQ(save(), 10'000u);
  const auto head = wait().open("room:a", {0, 0, 0ms, 0, 0ms});
  ASSERT_TRUE(head);
  constexpr uint64_t step = 16 * 128; // rows, entries of each
  EXPECT_EQ(head->reaches, step);
  for (uint64_t reaches = 2 * step; reaches < 10'000; reaches += step)
    EXPECT_EQ(append(1), reaches);
  EXPECT_EQ(append(1), 10'000u);
}

TEST_F(journal_retention_test, a_closed_topic_that_aged_out_is_removed) {
  settings.sweep_pause = settings.sweep_rest = 1ms;
  start();
  const auto aging = journal_retention{UINT64_MAX, UINT64_MAX, 10s, 0, 0ms};
  const auto old = wait().open("room:a", aging)->epoch;
  ASSERT_TRUE(wait().append("room:a", bodies(9000)));
  ASSERT_TRUE(wait().save("room:a", {1, "image"}));
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(wait().open("room:" + std::to_string(i), aging));
    store->close("room:" + std::to_string(i));
  }
  for (const auto* topic : {"room:open", "room:keeps"})
    ASSERT_TRUE(wait().open(topic, topic[5] == 'o' ? aging : keep_all()));
  store->close("room:a");
  store->close("room:keeps");
  clock.advance(11s);
  sqlite_connection db{settings.path};
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (db.number("SELECT count(*) FROM topics") > 2
         && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(db.number("SELECT count(*) FROM topics"), 2);
  EXPECT_EQ(db.number("SELECT count(*) FROM settled"), 0);
  const auto head = wait().open("room:a", aging);
  ASSERT_TRUE(head);
  EXPECT_NE(head->epoch, old);
  EXPECT_EQ(head->newest, 0u);
}

} // namespace rookery

#include "cluster/jetstream/stream_message.hpp"
#include "tests/unit/jetstream/jetstream_fixture.hpp"
#include "tests/unit/jetstream/news_log.hpp"
#include "tests/unit/jetstream/stream_watch.hpp"

#include <algorithm>
#include <numeric>

namespace rookery {

namespace {

using std::chrono::milliseconds;

/// One journal that follows, and others that append.
class jetstream_follow : public jetstream_place {
protected:
  journal_head follow(const std::string& topic) {
    store->follow(topic, news.follower());
    return head(topic);
  }
  std::unique_ptr<jetstream_journal> other() {
    auto opened = jetstream_journal::open(settings);
    EXPECT_TRUE(opened) << opened.error().message;
    auto made = std::move(*opened);
    EXPECT_TRUE(waiting_journal{*made}.open("room", keep_all()));
    return made;
  }
  std::vector<std::string> heard() {
    std::vector<std::string> all;
    for (auto& one : news.records())
      all.push_back(std::move(one.body));
    return all;
  }
  /// No more news can come of what was given before.
  void settle() { std::ignore = wait().read("none", {}); }
  void TearDown() override { store.reset(); } // before `news`

  using texts = std::vector<std::string>;
  news_log news;
};

} // namespace

TEST_F(jetstream_follow, hears_what_is_behind_the_head_and_nothing_else) {
  start();
  const auto writer = other();
  ASSERT_TRUE(waiting_journal{*writer}.append("room", {"1", "2"}));
  EXPECT_EQ(follow("room").newest, offset_of(1, 1));
  ASSERT_TRUE(waiting_journal{*writer}.append("room", {"3"}, 9));
  ASSERT_TRUE(news.reach(1));
  append("room", {"4", "5"});
  EXPECT_EQ(heard(), (texts{"3", "4", "5"}));
  EXPECT_EQ(news.batches(), (std::vector<uint64_t>{0, 0}));
  const auto records = news.records();
  EXPECT_EQ(records[0].offset, offset_of(2, 0));
  EXPECT_EQ(records[2].offset, offset_of(3, 1));
}

TEST_F(jetstream_follow, an_own_batch_is_news_with_its_id_before_its_receipt) {
  start();
  follow("room");
  for (uint64_t id = 1; id <= 100; ++id) {
    std::promise<bool> known;
    store->append("room", {id, {"x"}}, [&](result<journal_receipt> said) {
      const auto all = news.records();
      known.set_value(
          said && news.has(id) && said->offsets.back() == all.back().offset
          && said->stamp == all.back().stamp);
    });
    auto answer = known.get_future();
    ASSERT_EQ(
        answer.wait_for(std::chrono::seconds{30}), std::future_status::ready);
    ASSERT_TRUE(answer.get()) << id;
  }
  std::vector<uint64_t> ids(100);
  std::iota(ids.begin(), ids.end(), 1);
  EXPECT_EQ(news.batches(), ids);
}

TEST_F(jetstream_follow, a_batch_that_was_refused_is_news_when_it_is_stored) {
  settings.deadline = milliseconds{400};
  settings.try_deadline = milliseconds{150};
  start();
  follow("room");
  server.pause();
  EXPECT_FALSE(wait().append("room", {"late"}, 7));
  server.go_on();
  ASSERT_TRUE(news.reach(1));
  const auto said = eventually<journal_receipt>(
      [&] { return wait().append("room", {"late"}, 7); });
  ASSERT_TRUE(said) << said.error().message;
  ASSERT_TRUE(eventually<journal_receipt>(
      [&] { return wait().append("room", {"next"}, 8); }));
  EXPECT_EQ(heard(), (texts{"late", "next"}));
  EXPECT_EQ(news.batches(), (std::vector<uint64_t>{7, 8}));
  EXPECT_EQ(said->offsets.front(), news.records().front().offset);
}

TEST_F(jetstream_follow, nothing_is_news_after_close) {
  start();
  follow("room");
  append("room", {"1"});
  store->close("room");
  settle();
  const auto writer = other();
  ASSERT_TRUE(waiting_journal{*writer}.append("room", {"2"}));
  EXPECT_FALSE(wait().append("room", {"3"}));
  EXPECT_EQ(heard(), texts{"1"});
  EXPECT_FALSE(news.error());
  EXPECT_EQ(follow("room").newest, offset_of(2, 0));
  append("room", {"3"});
  EXPECT_EQ(heard(), (texts{"1", "3"}));
}

TEST_F(jetstream_follow, opening_again_goes_on_without_a_gap) {
  start();
  const auto writer = other();
  follow("room");
  for (int i = 0; i < 50; ++i) {
    pending<journal_receipt> said;
    writer->append("room", {0, {std::to_string(i)}}, said.answer());
    const auto before = head("room").newest; // while it is on its way
    ASSERT_TRUE(said.wait());
    EXPECT_LE(before, offset_of(static_cast<uint64_t>(i) + 1, 0));
  }
  ASSERT_TRUE(news.reach(50));
  EXPECT_EQ(news.count(), 50u);
}

TEST_F(jetstream_follow, a_lost_last_message_is_found_by_a_tail_check) {
  settings.tail_check = milliseconds{100};
  settings.live_messages_max = 0;
  start();
  const auto writer = other();
  follow("room");
  ASSERT_TRUE(waiting_journal{*writer}.append("room", {"1"}));
  ASSERT_TRUE(news.reach(1));
  EXPECT_EQ(store->counts().gaps, 1u);
  EXPECT_EQ(store->counts().news, 1u);
}

TEST_F(jetstream_follow, what_came_while_the_connection_was_lost_is_read) {
  settings.tail_check = std::chrono::hours{1};
  start();
  follow("room");
  append("room", {"1"});
  {
    const auto writer = other();
    server.kill();
    server.start();
    ASSERT_TRUE(eventually<journal_receipt>(
        [&] { return waiting_journal{*writer}.append("room", {"2"}, 1); }));
  }
  ASSERT_TRUE(news.reach(2));
  EXPECT_EQ(heard(), (texts{"1", "2"}));
}

TEST_F(jetstream_follow, what_has_gone_unread_ends_it) {
  settings.tail_check = milliseconds{200};
  settings.live_messages_max = 0;
  settings.batches_per_topic_max = 2;
  start();
  const auto writer = other();
  follow("room");
  ASSERT_TRUE(waiting_journal{*writer}.append("room", {"0"}));
  ASSERT_TRUE(news.reach(1));
  std::vector<pending<journal_receipt>> said(200);
  for (auto& one : said)
    writer->append("room", {0, {"x"}}, one.answer());
  for (auto& one : said)
    ASSERT_TRUE(one.wait());
  ASSERT_TRUE(news.reach_end()) << "some of them have gone";
  EXPECT_EQ(news.error()->code, errc::not_available);
  EXPECT_FALSE(wait().append("room", {"closed"}));
  news.clear();
  EXPECT_EQ(follow("room").newest, offset_of(201, 0));
  append("room", {"again"});
  EXPECT_EQ(heard(), texts{"again"});
}

TEST_F(jetstream_follow, what_has_aged_away_is_no_gap) {
  settings.age_max = std::chrono::seconds{1};
  start();
  follow("room");
  for (const char* const text : {"1", "2", "3"}) {
    append("room", {text});
    const auto gone = eventually<journal_page>([&]() -> result<journal_page> {
      auto page = wait().read("room", {0, UINT64_MAX, 10, 1000});
      if (page && !page->records.empty())
        return refuse(errc::not_available, "it is there still");
      return page;
    });
    ASSERT_TRUE(gone) << gone.error().message;
  }
  EXPECT_EQ(heard(), (texts{"1", "2", "3"}));
  EXPECT_FALSE(news.error());
  EXPECT_EQ(store->counts().gaps, 0u);
}

TEST_F(jetstream_follow, a_stream_that_was_removed_ends_it) {
  start();
  const auto epoch = follow("room").epoch;
  append("room", {"old"});
  stream_watch{server.url()}.remove("log-test");
  EXPECT_FALSE(wait().append("room", {"lost"}));
  ASSERT_TRUE(news.reach_end());
  EXPECT_EQ(news.error()->code, errc::not_available);
  EXPECT_EQ(heard(), texts{"old"});
  EXPECT_FALSE(wait().read("room", {0, 9, 9, 9}));
  news.clear();
  const auto again = follow("room");
  EXPECT_NE(again.epoch, epoch);
  EXPECT_EQ(again.newest, 0u);
  append("room", {"new"});
  EXPECT_EQ(heard(), texts{"new"});
}

TEST_F(jetstream_follow, a_stream_that_somebody_made_anew_ends_it) {
  settings.tail_check = milliseconds{100};
  start();
  const auto epoch = follow("room").epoch;
  append("room", {"old"});
  stream_watch{server.url()}.remove("log-test");
  const auto writer = other(); // makes it anew
  ASSERT_TRUE(news.reach_end());
  EXPECT_EQ(heard(), texts{"old"});
  news.clear();
  EXPECT_NE(follow("room").epoch, epoch);
  ASSERT_TRUE(waiting_journal{*writer}.append("room", {"new"}));
  ASSERT_TRUE(news.reach(1));
  EXPECT_EQ(heard(), texts{"new"});
}

TEST_F(jetstream_follow, a_stream_that_lost_its_newest_entries_ends_it) {
  start();
  follow("room");
  append("room", {"kept"});
  server.kill();
  server.back_up();
  server.start();
  ASSERT_TRUE(eventually<journal_receipt>(
      [&] { return wait().append("room", {"lost"}, 1); }));
  server.kill();
  server.restore();
  server.start();
  ASSERT_TRUE(news.reach_end());
  EXPECT_EQ(heard(), (texts{"kept", "lost"}));
  news.clear();
  const auto newest = follow("room").newest;
  EXPECT_EQ(newest, offset_of(1, 0));
  append("room", {"new"});
  EXPECT_EQ(heard(), texts{"new"});
}

TEST_F(jetstream_follow, stamps_of_several_clocks_do_not_fall) {
  manual_clock ahead, behind;
  ahead.set_wall(2'000'000'000'000);
  behind.set_wall(1'000'000'000'000);
  settings.clock = ahead.source();
  const auto writer = [&] {
    start();
    return other();
  }();
  settings.clock = behind.source();
  start();
  follow("room");
  for (int i = 0; i < 5; ++i) {
    append("room", {"behind"});
    ASSERT_TRUE(waiting_journal{*writer}.append("room", {"ahead"}));
  }
  ASSERT_TRUE(news.reach(10)); // which looks at the stamps
  for (const bool newest_first : {false, true}) {
    auto page =
        wait().read("room", {0, UINT64_MAX, 20, UINT64_MAX, newest_first});
    ASSERT_TRUE(page);
    auto& all = page->records;
    ASSERT_EQ(all.size(), 10u);
    if (newest_first)
      std::reverse(all.begin(), all.end());
    EXPECT_TRUE(std::is_sorted(
        all.begin(), all.end(), [](const auto& one, const auto& two) {
          return one.stamp < two.stamp;
        }));
  }
}

} // namespace rookery

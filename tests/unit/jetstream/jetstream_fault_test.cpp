#include "cluster/jetstream/jetstream_link.hpp"
#include "cluster/jetstream/stream_message.hpp"
#include "tests/unit/jetstream/appending_load.hpp"
#include "tests/unit/jetstream/jetstream_fixture.hpp"

namespace rookery {

namespace {

using std::chrono::milliseconds;

using jetstream_fault = jetstream_place;

} // namespace

TEST_F(jetstream_fault, a_killed_server_loses_and_doubles_nothing) {
  settings.try_deadline = milliseconds{300};
  start();
  std::vector<std::string> names{"a", "b.c", "d", "e", "f"};
  for (const auto& one : names)
    head(one);
  appending_load load{*store, names};
  load.start();
  for (int round = 0; round < 4; ++round) {
    ASSERT_TRUE(load.reach(load.total() + 150)) << "round " << round;
    server.kill();
    server.start();
  }
  ASSERT_TRUE(load.reach(load.total() + 150));
  ASSERT_TRUE(load.end());
  load.expect_each_once(*store);
}

TEST_F(jetstream_fault, a_batch_without_an_answer_is_stored_once) {
  settings.deadline = milliseconds{400};
  settings.try_deadline = milliseconds{150};
  start();
  head("room");
  append("room", {"1"});
  for (uint64_t id = 2; id < 6; ++id) {
    const auto text = std::to_string(id);
    server.pause();
    const auto none = wait().append("room", {text}, id);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, errc::not_available);
    server.go_on();
    const auto said = eventually<journal_receipt>(
        [&] { return wait().append("room", {text}, id); });
    ASSERT_TRUE(said) << said.error().message;
  }
  EXPECT_EQ(texts("room"), (std::vector<std::string>{"1", "2", "3", "4", "5"}));
}

TEST_F(jetstream_fault, a_batch_that_nobody_asked_again_for_is_gone_or_before) {
  settings.deadline = milliseconds{400};
  settings.try_deadline = milliseconds{150};
  start();
  head("room");
  server.pause();
  EXPECT_FALSE(wait().append("room", {"given up"}, 1));
  server.go_on();
  ASSERT_TRUE(eventually<journal_receipt>(
      [&] { return wait().append("room", {"next"}, 2); }));
  auto all = texts("room");
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.back(), "next");
  EXPECT_LE(all.size(), 2u);
}

TEST_F(jetstream_fault, without_a_server_calls_are_bounded_and_refused) {
  settings.deadline = milliseconds{500};
  settings.backlog_entries_max = 10;
  start();
  for (int i = 0; i < 12; ++i)
    head("room" + std::to_string(i));
  server.kill();
  std::vector<pending<journal_receipt>> said(12);
  for (std::size_t i = 0; i < said.size(); ++i)
    store->append("room" + std::to_string(i), {i + 1, {"x"}}, said[i].answer());
  EXPECT_TRUE(said[10].answered()) << "the bound refuses at once";
  EXPECT_TRUE(said[11].answered());
  EXPECT_EQ(store->counts().backlog_entries, 10u);
  for (auto& one : said) {
    const auto what = one.wait();
    ASSERT_FALSE(what);
    EXPECT_EQ(what.error().code, errc::not_available);
  }
  EXPECT_TRUE(store->counts().failing);
  EXPECT_EQ(store->counts().backlog_entries, 0u);
  const auto page = wait().read("room1", {0, UINT64_MAX, 10, 1000});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, errc::not_available);
  server.start();
  const auto works = eventually<journal_receipt>(
      [&] { return wait().append("room1", {"y"}, 20); });
  ASSERT_TRUE(works) << works.error().message;
  EXPECT_EQ(texts("room1"), std::vector<std::string>{"y"});
  EXPECT_FALSE(store->counts().failing);
}

TEST_F(jetstream_fault, does_not_start_without_a_server) {
  server.kill();
  const auto opened = jetstream_journal::open(settings);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::not_available);
}

TEST_F(jetstream_fault, a_stream_of_another_form_is_a_conflict) {
  start();
  store.reset();
  settings.storage = stream_storage::memory;
  const auto opened = jetstream_journal::open(settings);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::conflict);
  EXPECT_EQ(
      opened.error().message,
      "stream image-test: storage is 'file', not 'memory'");
}

TEST_F(jetstream_fault, other_limits_are_adapted_and_keep_the_log) {
  start();
  const auto epoch = head("room").epoch;
  append("room", {"1"});
  append("room", {"2"});
  settings.batches_per_topic_max = 1;
  settings.age_max = std::chrono::hours{1};
  start();
  EXPECT_EQ(head("room").epoch, epoch);
  append("room", {"3"});
  EXPECT_EQ(texts("room"), std::vector<std::string>{"3"});
}

TEST_F(jetstream_fault, a_log_that_has_aged_away_goes_on_behind_it) {
  settings.age_max = std::chrono::seconds{1};
  start();
  head("room");
  const auto newest = append("room", {"1", "2"}).back();
  const auto gone = eventually<journal_page>([&]() -> result<journal_page> {
    auto page = wait().read("room", {0, UINT64_MAX, 10, 1000});
    if (page && !page->records.empty())
      return refuse(errc::not_available, "it is there still");
    return page;
  });
  ASSERT_TRUE(gone) << gone.error().message;
  EXPECT_EQ(gone->reaches, newest);
  const auto said = wait().append("room", {"3"});
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_GT(said->offsets.front(), newest);
  start();
  const auto found = head("room");
  EXPECT_GE(found.newest, newest);
  EXPECT_GE(found.reaches, newest);
  const auto after = append("room", {"4"});
  ASSERT_FALSE(after.empty());
  EXPECT_GT(after.front(), found.newest);
}

TEST_F(jetstream_fault, a_stream_that_is_lost_is_another_epoch) {
  settings.storage = stream_storage::memory;
  start();
  const auto epoch = head("room").epoch;
  append("room", {"old"});
  ASSERT_TRUE(wait().save("room", {offset_of(1, 0), "image"}));
  server.kill();
  server.start();
  const auto old = wait().append("room", {"of the old log"});
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().code, errc::not_available);
  const auto found = head("room");
  EXPECT_NE(found.epoch, epoch);
  EXPECT_EQ(found.newest, 0u);
  EXPECT_FALSE(found.image);
  append("room", {"new"});
  EXPECT_EQ(texts("room"), std::vector<std::string>{"new"});
}

TEST_F(jetstream_fault, other_programs_can_follow_a_topic) {
  start();
  natsConnection* connection = nullptr;
  natsSubscription* follows = nullptr;
  ASSERT_EQ(
      ::natsConnection_ConnectTo(&connection, server.url().c_str()), NATS_OK);
  ASSERT_EQ(
      ::natsConnection_SubscribeSync(
          &follows, connection, "live.test.game%2e42"),
      NATS_OK);
  ASSERT_EQ(::natsConnection_FlushTimeout(connection, 5000), NATS_OK);
  head("game.42");
  append("game.42", {"1", "2"});
  natsMsg* message = nullptr;
  ASSERT_EQ(::natsSubscription_NextMsg(&message, follows, 5000), NATS_OK);
  const auto batch = unpack_batch(
      {::natsMsg_GetData(message),
       static_cast<std::size_t>(::natsMsg_GetDataLength(message))});
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->bodies, (std::vector<std::string_view>{"1", "2"}));
  ::natsMsg_Destroy(message);
  ::natsSubscription_Destroy(follows);
  ::natsConnection_Destroy(connection);
}

} // namespace rookery

#include "cluster/jetstream/stream_message.hpp"
#include "tests/unit/jetstream/jetstream_fixture.hpp"

#include <algorithm>
#include <random>

namespace rookery {

namespace {

class jetstream_contract : public jetstream_place {
protected:
  /// Several batches of several sizes, between those of another topic.
  std::vector<journal_record> fill(const std::string& topic, int batches) {
    std::vector<journal_record> all;
    head(topic);
    head("other");
    for (int i = 0; i < batches; ++i) {
      const auto some = bodies(1 + static_cast<std::size_t>(i * 7 % 5));
      const auto said = wait().append(topic, some);
      if (!said) {
        ADD_FAILURE() << said.error().message;
        return all;
      }
      for (std::size_t k = 0; k < some.size(); ++k)
        all.push_back({said->offsets[k], said->stamp, some[k]});
      append("other", bodies(1));
    }
    return all;
  }
  void expect_page(
      const std::vector<journal_record>& all, const journal_range& range,
      uint64_t reaches) {
    std::vector<journal_record> expected;
    for (const auto& one : all)
      if (one.offset > std::max(range.after, reaches)
          && one.offset <= range.through)
        expected.push_back(one);
    if (range.newest_first)
      std::reverse(expected.begin(), expected.end());
    std::size_t fit = 0;
    for (uint64_t bytes = 0; fit < expected.size(); ++fit) {
      bytes += expected[fit].body.size();
      if (fit > 0 && (fit >= range.entries_max || bytes > range.bytes_max))
        break;
    }
    const auto page = wait().read("game.42", range);
    ASSERT_TRUE(page) << page.error().message;
    EXPECT_EQ(page->reaches, reaches);
    ASSERT_EQ(page->records.size(), fit);
    for (std::size_t i = 0; i < fit; ++i) {
      EXPECT_EQ(page->records[i].offset, expected[i].offset);
      EXPECT_EQ(page->records[i].stamp, expected[i].stamp);
      EXPECT_EQ(page->records[i].body, expected[i].body);
    }
    if (fit < expected.size()) {
      EXPECT_FALSE(page->complete);
    }
    // Where no entry has the end of the range, only an empty page may tell.
    if (fit == 0 || range.through == UINT64_MAX) {
      EXPECT_EQ(page->complete, fit == expected.size());
    }
  }
};

} // namespace

TEST_F(jetstream_contract, a_log_that_nobody_wrote_is_empty) {
  start();
  const auto found = head("game.42");
  EXPECT_FALSE(found.epoch.empty());
  EXPECT_EQ(found.newest, 0u);
  EXPECT_EQ(found.reaches, 0u);
  EXPECT_FALSE(found.image);
  expect_page({}, {0, UINT64_MAX, 10, 1000, false}, 0);
}

TEST_F(jetstream_contract, gives_back_in_order_what_had_a_receipt) {
  start();
  const auto all = fill("game.42", 12);
  EXPECT_TRUE(std::is_sorted(
      all.begin(), all.end(), [](const auto& one, const auto& other) {
        return one.offset < other.offset && one.stamp <= other.stamp;
      }));
  const auto epoch = head("game.42").epoch;
  start();
  const auto found = head("game.42");
  EXPECT_EQ(found.epoch, epoch);
  EXPECT_EQ(found.newest, all.back().offset);
  EXPECT_EQ(found.reaches, 0u);
  const auto records = wait().all("game.42");
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ((*records)[i].body, all[i].body);
}

TEST_F(jetstream_contract, reads_pages_both_ways) {
  start();
  const auto all = fill("game.42", 20);
  std::mt19937 random{7};
  const auto some_offset = [&] {
    const auto near = all[random() % all.size()].offset;
    return near + random() % 3 - 1;
  };
  for (int i = 0; i < 300 && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    journal_range range{
        random() % 3 == 0 ? 0 : some_offset(),
        random() % 3 == 0 ? UINT64_MAX : some_offset(), random() % 20,
        random() % 2 == 0 ? 1 + random() % 2000 : UINT64_MAX, i % 2 == 0};
    expect_page(all, range, 0);
  }
}

TEST_F(jetstream_contract, tells_how_far_the_log_reaches) {
  settings.batches_per_topic_max = 8;
  start();
  const auto all = fill("game.42", 20);
  // 12 batches have gone, of 1, 3, 5, 2 and 4 entries and so on.
  const std::size_t gone = 2 * 15 + 1 + 3;
  const auto reaches = offset_of(sequence_of(all[gone].offset), 0) - 1;
  EXPECT_EQ(head("game.42").reaches, reaches);
  EXPECT_EQ(head("game.42").newest, all.back().offset);
  expect_page(all, {0, UINT64_MAX, 100, UINT64_MAX, false}, reaches);
  expect_page(all, {0, UINT64_MAX, 100, UINT64_MAX, true}, reaches);
  expect_page(all, {0, UINT64_MAX, 5, UINT64_MAX, false}, reaches);
  expect_page(all, {reaches + 1, UINT64_MAX, 5, UINT64_MAX, true}, reaches);
  const auto said = wait().append("game.42", {"one more"});
  ASSERT_TRUE(said);
  EXPECT_GT(said->reaches, reaches) << "each receipt tells, for so few";
}

TEST_F(jetstream_contract, keeps_the_newest_image) {
  start();
  head("a.b");
  const auto offsets = append("a.b", {"1", "2", "3"});
  EXPECT_EQ(wait().save("a.b", {offsets[1], "two"}).value_or(0), offsets[1]);
  EXPECT_EQ(wait().save("a.b", {offsets[0], "one"}).value_or(0), offsets[1]);
  const auto beyond = wait().save("a.b", {offsets[2] + 1, "four"});
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, errc::bad_request);
  start();
  auto found = head("a.b");
  ASSERT_TRUE(found.image);
  EXPECT_EQ(found.image->offset, offsets[1]);
  EXPECT_EQ(found.image->body, "two");
  EXPECT_EQ(wait().save("a.b", {offsets[1], "again"}).value_or(0), offsets[1]);
  EXPECT_EQ(head("a.b").image->body, "again");
}

TEST_F(jetstream_contract, stores_a_batch_once_that_is_given_again) {
  start();
  head("room");
  const auto first = wait().append("room", {"1", "2"}, 7);
  const auto again = wait().append("room", {"of no interest"}, 7);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->offsets, again->offsets);
  EXPECT_EQ(first->stamp, again->stamp);
  append("room", {"3"});
  EXPECT_EQ(texts("room"), (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(jetstream_contract, refuses_topics_that_are_not_open) {
  start();
  EXPECT_EQ(wait().append("room", {"1"}).error().code, errc::not_available);
  EXPECT_EQ(
      wait().read("room", {0, 9, 9, 9}).error().code, errc::not_available);
  EXPECT_EQ(wait().save("room", {0, ""}).error().code, errc::not_available);
  head("room");
  append("room", {"1"});
  store->close("room");
  EXPECT_EQ(wait().append("room", {"1"}).error().code, errc::not_available);
}

TEST_F(jetstream_contract, refuses_what_the_server_would_not_take) {
  start();
  head("room");
  const auto said = wait().append("room", {std::string(1 << 20, 'x')});
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, errc::limit_exceeded);
  const auto many = wait().append("room", bodies(batch_entries_max + 1, 1));
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, errc::limit_exceeded);
  EXPECT_EQ(append("room", bodies(batch_entries_max)).size(), 1024u);
}

TEST_F(jetstream_contract, answers_all_before_it_stops) {
  start();
  head("room");
  std::vector<pending<journal_receipt>> said(50);
  for (auto& one : said)
    store->append("room", {0, {"x"}}, one.answer());
  store->stop();
  for (auto& one : said) {
    ASSERT_TRUE(one.answered());
    EXPECT_TRUE(one.wait());
  }
  EXPECT_EQ(wait().append("room", {"1"}).error().code, errc::not_available);
}

} // namespace rookery

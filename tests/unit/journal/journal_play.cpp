#include "tests/unit/journal/journal_play.hpp"

#include "cluster/journal/retention.hpp"

#include <algorithm>

namespace rookery {

namespace {

template <class T, class Give>
result<T> answer_of(restartable_journal& real, Give give) {
  pending<T> said;
  give(real.get(), said.answer());
  real.run();
  return said.wait();
}

} // namespace

journal_retention journal_play::some_retention() {
  journal_retention keep;
  keep.entries_max = below(400);
  keep.bytes_max = below(60'000);
  keep.age = std::chrono::milliseconds{below(3) == 0 ? 0 : below(60'000)};
  keep.young_entries_max = below(2) * below(50);
  keep.young_age = std::chrono::milliseconds{below(20'000)};
  return keep;
}

void journal_play::play(int operations) {
  for (int i = 0; i < operations && !::testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("operation " + std::to_string(i));
    one();
  }
}

void journal_play::one() {
  const auto name = "room:" + std::to_string(below(6));
  auto& topic = topics_[name];
  const auto what = below(100);
  if (what == 0)
    return restart();
  clock_.advance(std::chrono::milliseconds{below(200)});
  if (below(50) == 0)
    clock_.set_wall(static_cast<int64_t>(below(4'000'000'000'000)));
  if (!topic.open || what < 3)
    return open(name, topic);
  if (what < 5) {
    real_.get().close(name);
    topic.open = false;
    topic.batch_id = 0;
  } else if (what < 55) {
    append(name, topic);
  } else if (what < 60) {
    append_again(name, topic);
  } else if (what < 90) {
    read(name, topic);
  } else {
    save(name, topic);
  }
}

/// What may have gone at some time may be gone for good.
void journal_play::allow_trims(topic_model& topic) const {
  log_extent extent{
      topic.newest(), 0, topic.image ? topic.image->offset : 0, stamps_.now()};
  for (const auto& one : topic.all)
    extent.total += one.body.size();
  uint64_t total = 0;
  for (const auto& one : topic.all) {
    total += one.body.size();
    if (!may_go(topic.keep, extent, {one.offset, total, one.stamp}))
      return;
    topic.may_be_gone = std::max(topic.may_be_gone, one.offset);
  }
}

void journal_play::see_reaches(topic_model& topic, uint64_t reaches) {
  allow_trims(topic);
  EXPECT_GE(reaches, topic.reaches) << "what is gone does not come back";
  EXPECT_LE(reaches, topic.may_be_gone) << "the retention keeps it";
  topic.reaches = reaches;
}

void journal_play::open(const std::string& name, topic_model& topic) {
  topic.keep = some_retention();
  const auto head = answer_of<journal_head>(
      real_, [&](auto& to, auto done) { to.open(name, topic.keep, done); });
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_FALSE(head->epoch.empty());
  EXPECT_TRUE(topic.epoch.empty() || head->epoch == topic.epoch);
  topic.epoch = head->epoch;
  topic.open = true;
  EXPECT_EQ(head->newest, topic.newest());
  ASSERT_EQ(head->image.has_value(), topic.image.has_value());
  if (head->image) {
    EXPECT_EQ(head->image->offset, topic.image->offset);
    EXPECT_EQ(head->image->body, topic.image->body);
  }
  see_reaches(topic, head->reaches);
}

void journal_play::append(const std::string& name, topic_model& topic) {
  const auto many = below(10) == 0 ? 1 + below(150) : 1 + below(6);
  const auto lengths = {below(300), below(300), below(9000), uint64_t{20'000}};
  const auto length = *(lengths.begin() + (many > 6 ? 0 : below(4)));
  const auto batch = journal_batch{++batches_, bodies(many, length)};
  const auto receipt = answer_of<journal_receipt>(
      real_, [&](auto& to, auto done) { to.append(name, batch, done); });
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(receipt->stamp, stamps_.now());
  EXPECT_GE(receipt->stamp, greatest_);
  greatest_ = receipt->stamp;
  ASSERT_EQ(receipt->offsets.size(), many);
  for (const auto& body : batch.bodies) {
    topic.all.push_back({topic.newest() + 1, receipt->stamp, body});
    EXPECT_EQ(
        receipt->offsets[topic.newest() - receipt->offsets.front()],
        topic.newest());
  }
  topic.batch_id = batch.id;
  topic.receipt = *receipt;
  see_reaches(topic, receipt->reaches);
}

void journal_play::append_again(const std::string& name, topic_model& topic) {
  if (topic.batch_id == 0)
    return;
  const auto receipt =
      answer_of<journal_receipt>(real_, [&](auto& to, auto done) {
        to.append(name, {topic.batch_id, {"of no interest"}}, done);
      });
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(receipt->offsets, topic.receipt.offsets);
  EXPECT_EQ(receipt->stamp, topic.receipt.stamp);
  see_reaches(topic, receipt->reaches);
}

journal_range journal_play::some_range(const topic_model& topic) {
  const auto end = topic.newest() + 3;
  journal_range range{
      below(end), below(end), 1 + below(100),
      below(4) == 0 ? below(2000) : 1'000'000, below(2) == 0};
  if (below(3) == 0)
    range.through = UINT64_MAX;
  if (below(8) == 0)
    range.entries_max = 0; // means one
  return range;
}

std::vector<uint64_t> journal_play::expected(
    const topic_model& topic, const journal_range& range) const {
  std::vector<uint64_t> all;
  for (auto i = std::max(range.after, topic.reaches) + 1;
       i <= std::min(range.through, topic.newest()); ++i)
    all.push_back(i);
  if (range.newest_first)
    std::reverse(all.begin(), all.end());
  uint64_t bytes = 0;
  std::size_t fit = 0;
  while (fit < all.size()) {
    bytes += topic.all[all[fit] - 1].body.size();
    if (fit > 0 && (fit >= range.entries_max || bytes > range.bytes_max))
      break;
    ++fit;
  }
  all.push_back(fit); // how many belong to the page
  return all;
}

void journal_play::read(const std::string& name, topic_model& topic) {
  const auto range = some_range(topic);
  const auto page = answer_of<journal_page>(
      real_, [&](auto& to, auto done) { to.read(name, range, done); });
  ASSERT_TRUE(page) << page.error().message;
  see_reaches(topic, page->reaches);
  auto offsets = expected(topic, range);
  const auto fit = offsets.back();
  offsets.pop_back();
  ASSERT_EQ(page->records.size(), fit);
  EXPECT_EQ(page->complete, fit == offsets.size());
  for (std::size_t i = 0; i < fit; ++i) {
    const auto& record = page->records[i];
    const auto& kept = topic.all[offsets[i] - 1];
    EXPECT_EQ(record.offset, kept.offset);
    EXPECT_EQ(record.stamp, kept.stamp);
    EXPECT_EQ(record.body, kept.body);
  }
}

void journal_play::save(const std::string& name, topic_model& topic) {
  const journal_image image{
      below(topic.newest() + 2), std::string(below(5000), 'i')};
  const auto saved = answer_of<uint64_t>(
      real_, [&](auto& to, auto done) { to.save(name, image, done); });
  if (image.offset > topic.newest()) {
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, errc::bad_request);
    return;
  }
  ASSERT_TRUE(saved) << saved.error().message;
  if (!topic.image || image.offset >= topic.image->offset)
    topic.image = image;
  EXPECT_EQ(*saved, topic.image->offset);
  allow_trims(topic);
}

void journal_play::restart() {
  real_.restart();
  stamps_ = journal_clock{greatest_, clock_.source()};
  for (auto& [name, topic] : topics_) {
    topic.open = false;
    topic.batch_id = 0;
  }
}

} // namespace rookery

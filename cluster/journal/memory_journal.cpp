#include "cluster/journal/memory_journal.hpp"

#include "base/check.hpp"
#include "base/hex.hpp"
#include "cluster/journal/retention.hpp"

#include <algorithm>
#include <memory>

namespace rookery {

namespace {

failure unavailable() {
  return {errc::not_available, "the journal in memory was told to fail"};
}

} // namespace

memory_journal::memory_journal(answers when, clock_source clock)
    : when_(when)
    , time_(std::move(clock))
    , clock_(0, time_) {}

memory_journal::~memory_journal() {
  run();
}

void memory_journal::fail_next(std::size_t appends, fault how) {
  failing_ = appends;
  how_ = how;
}

void memory_journal::restart() {
  int64_t greatest = 0;
  for (auto& [name, log] : logs_) {
    log.open = false;
    log.batch_id = 0;
    greatest = std::max(greatest, log.stamp);
  }
  clock_ = journal_clock{greatest, time_};
}

void memory_journal::lose() {
  logs_.clear();
}

void memory_journal::give(std::function<void()> work) {
  if (when_ == answers::at_once)
    work();
  else
    waiting_.push_back(std::move(work));
}

bool memory_journal::run_one() {
  if (waiting_.empty())
    return false;
  const auto work = std::move(waiting_.front());
  waiting_.pop_front();
  work();
  return true;
}

void memory_journal::run() {
  while (run_one()) {
  }
}

memory_journal::topic_memory* memory_journal::find(const std::string& topic) {
  const auto found = logs_.find(topic);
  return found == logs_.end() || !found->second.open ? nullptr : &found->second;
}

template <class T, class Work>
void memory_journal::answer_open(
    const std::string& topic, const done<T>& answer, Work work) {
  auto* const log = find(topic);
  if (down_)
    answer(tl::make_unexpected(unavailable()));
  else if (!log)
    answer(refuse(errc::not_available, "the journal has not opened " + topic));
  else
    answer(work(*log));
}

void memory_journal::open(
    std::string topic, const journal_retention& keep,
    done<journal_head> answer) {
  give([=, this] {
    if (down_)
      return answer(tl::make_unexpected(unavailable()));
    auto& log = logs_[topic];
    if (log.epoch.empty())
      log.epoch = random_hex(7);
    log.open = true;
    log.keep = keep;
    log.trim(clock_.now());
    answer(journal_head{log.epoch, log.newest(), log.reaches, log.image});
  });
}

void memory_journal::append(
    std::string topic, journal_batch batch, done<journal_receipt> answer) {
  ROOKERY_CHECK(!batch.bodies.empty(), "a batch has a body at least");
  auto shared = std::make_shared<journal_batch>(std::move(batch));
  give([=, this] {
    answer_open<journal_receipt>(
        topic, answer, [&](topic_memory& to) { return store(to, *shared); });
  });
}

result<journal_receipt>
memory_journal::store(topic_memory& to, journal_batch& batch) {
  const bool fails = failing_ > 0;
  if (fails)
    --failing_;
  counts_.failures += fails ? 1 : 0;
  if (fails && how_ == fault::refused)
    return tl::make_unexpected(unavailable());
  if (batch.id == 0 || batch.id != to.batch_id) {
    to.receipt = {{}, clock_.now(), 0};
    to.stamp = to.receipt.stamp;
    for (const auto body : batch.bodies) {
      const auto offset = to.newest() + 1;
      to.records.push_back({offset, to.receipt.stamp, std::string{body}});
      to.receipt.offsets.push_back(offset);
    }
    to.batch_id = batch.id;
    counts_.entries += batch.bodies.size();
    ++counts_.commits;
    to.trim(to.receipt.stamp);
  }
  if (fails)
    return tl::make_unexpected(unavailable());
  to.receipt.reaches = to.reaches;
  return to.receipt;
}

void memory_journal::topic_memory::trim(int64_t now) {
  uint64_t bytes = 0;
  for (const auto& one : records)
    bytes += one.body.size();
  const log_extent extent{newest(), bytes, image ? image->offset : 0, now};
  uint64_t seen = 0;
  while (!records.empty()) {
    const auto& oldest = records.front();
    seen += oldest.body.size();
    if (!may_go(keep, extent, {oldest.offset, seen, oldest.stamp}))
      return;
    records.pop_front();
    ++reaches;
  }
}

void memory_journal::read(
    std::string topic, const journal_range& range, done<journal_page> answer) {
  give([=, this] {
    ++counts_.reads;
    answer_open<journal_page>(topic, answer, [&](topic_memory& from) {
      return result<journal_page>{page_of(from, range)};
    });
  });
}

journal_page
memory_journal::page_of(const topic_memory& from, const journal_range& range) {
  journal_page page{{}, true, from.reaches};
  const auto first = std::max(range.after, from.reaches) + 1;
  const auto last = std::min(range.through, from.newest());
  uint64_t bytes = 0;
  for (auto step = first; step <= last; ++step) {
    const auto offset = range.newest_first ? first + last - step : step;
    const auto& record = from.records[offset - from.reaches - 1];
    bytes += record.body.size();
    if (!page.records.empty()
        && (page.records.size() >= range.entries_max
            || bytes > range.bytes_max)) {
      page.complete = false;
      break;
    }
    page.records.push_back(record);
  }
  return page;
}

void memory_journal::save(
    std::string topic, journal_image image, done<uint64_t> answer) {
  give([=, this] {
    answer_open<uint64_t>(
        topic, answer, [&](topic_memory& to) -> result<uint64_t> {
          if (image.offset > to.newest())
            return refuse(
                errc::bad_request, "an image of " + topic + " beyond its log");
          if (!to.image || image.offset >= to.image->offset)
            to.image = image;
          to.trim(clock_.now());
          return to.image->offset;
        });
  });
}

void memory_journal::close(std::string topic) {
  give([=, this] {
    if (auto* const log = find(topic)) {
      log->open = false;
      log->batch_id = 0;
    }
  });
}

journal_counts memory_journal::counts() const {
  auto now = counts_;
  now.backlog_entries = waiting_.size();
  now.failing = down_ || failing_ > 0;
  return now;
}

} // namespace rookery

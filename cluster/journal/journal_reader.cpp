#include "cluster/journal/journal_reader.hpp"

#include "base/log.hpp"
#include "cluster/journal/packed_entries.hpp"

#include <algorithm>

namespace rookery {

/// Takes entries until the page is full or the range at its end.
class journal_reader::page_maker {
public:
  /// Of the range, what there may be is behind `reaches` and up to `newest`.
  page_maker(const journal_range& range, uint64_t reaches, uint64_t newest)
      : range_(range)
      , first_(std::max(range.after, reaches) + 1)
      , last_(std::min(range.through, newest))
      , next_(range.newest_first ? last_ : first_) {
    page_.reaches = reaches;
    page_.complete = first_ > last_;
  }

  bool done() const noexcept { return full_ || page_.complete; }
  /// The entry to give next.
  uint64_t next() const noexcept { return next_; }

  /// The entry at `next()`.
  void take(int64_t stamp, std::string_view body) {
    if (!page_.records.empty() && bytes_ + body.size() > range_.bytes_max) {
      full_ = true;
      return;
    }
    bytes_ += body.size();
    page_.records.push_back({next_, stamp, std::string{body}});
    page_.complete = next_ == (range_.newest_first ? first_ : last_);
    next_ += range_.newest_first ? -1 : 1;
    full_ = page_.records.size() >= range_.entries_max;
  }
  bool newest_first() const noexcept { return range_.newest_first; }
  journal_page& page() noexcept { return page_; }

private:
  const journal_range& range_;
  uint64_t first_;
  uint64_t last_;
  uint64_t next_;
  uint64_t bytes_ = 0;
  bool full_ = false;
  journal_page page_;
};

journal_reader::journal_reader(
    sqlite_connection& db, const topic_table& topics, journal_meter& meter)
    : db_(db)
    , topics_(topics)
    , meter_(meter)
    , begin_(db, "BEGIN")
    , end_(db, "COMMIT")
    , reaches_(db, "SELECT reaches FROM topics WHERE id = ?1")
    , fresh_(
          db, "SELECT pack, last - entries + 1 FROM fresh WHERE seq = ?1 "
              "AND topic = ?2")
    , settled_(
          db, "SELECT pack, last - entries + 1 FROM settled WHERE topic = ?1 "
              "AND last >= ?2 ORDER BY last LIMIT 1") {}

result<journal_page>
journal_reader::read(const std::string& topic, const journal_range& range) {
  meter_.read();
  const auto plan = topics_.plan(topic, range); // before the snapshot
  if (!plan)
    return refuse(errc::not_available, "the journal has not opened " + topic);
  begin_.run();
  uint64_t reaches = 0;
  if (auto rows = reaches_.with(plan->topic); rows.step())
    reaches = rows.unsigned_number(0);
  page_maker page{range, reaches, plan->newest};
  const bool intact = collect(*plan, page);
  end_.run();
  if (db_.failed()) {
    auto why = db_.why();
    db_.roll_back();
    db_.forget_failure();
    return tl::make_unexpected(damaged(topic, plan->topic, std::move(why)));
  }
  if (intact || !page.page().records.empty()) // whoever goes on gets the error
    return std::move(page.page());
  return tl::make_unexpected(damaged(
      topic, plan->topic,
      {errc::internal, "journal " + db_.path() + ": entry "
                           + std::to_string(page.next()) + " of " + topic
                           + " is damaged; all else can be read"
                           + std::string{what_to_do}}));
}

failure
journal_reader::damaged(const std::string& topic, int64_t id, failure why) {
  if (why.code == errc::internal && damaged_.insert(id).second)
    log::error("journal.damaged", {{"topic", topic}, {"error", why.message}});
  return why;
}

bool journal_reader::collect(const read_plan& plan, page_maker& page) {
  while (!page.done()) {
    const auto next = page.next();
    const auto fresh = std::partition_point(
        plan.fresh.begin(), plan.fresh.end(),
        [&](const fresh_row& one) { return one.last < next; });
    const bool is_fresh =
        fresh != plan.fresh.end() && fresh->first() <= next
        && take(fresh_.with(fresh->seq, plan.topic), plan.topic, page);
    // Where it is not fresh any more it has been settled since.
    if (!is_fresh && !take(settled_.with(plan.topic, next), plan.topic, page))
      return false;
  }
  return true;
}

bool journal_reader::take(
    sqlite_statement::use row, int64_t topic, page_maker& page) {
  if (!row.step())
    return false;
  const auto wanted = page.next();
  packed_reader walk{row.blob(0), topic, row.unsigned_number(1)};
  std::vector<packed_reader> found; // in the order of the page
  while (walk.next() == packed_reader::step::entry) {
    if (page.newest_first() ? walk.offset() <= wanted : walk.offset() >= wanted)
      found.push_back(walk);
  }
  if (page.newest_first())
    std::reverse(found.begin(), found.end());
  for (const auto& one : found) {
    if (page.done() || one.offset() != page.next() || !one.intact())
      break;
    page.take(one.stamp(), one.body());
  }
  return page.done() || page.next() != wanted;
}

} // namespace rookery

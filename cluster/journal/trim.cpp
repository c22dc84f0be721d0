#include "cluster/journal/trim.hpp"

#include <algorithm>

namespace rookery {

namespace {

/// Twice what the longest batch of a room adds, so that trimming keeps up; what
/// is left goes with the next append.
constexpr int64_t trimmed_at_once = 16;
constexpr int64_t swept_at_once = 64;
constexpr int64_t topics_at_once = 16;

/// How much more than its bound a topic may hold before it is looked at.
uint64_t entries_slack(const journal_retention& keep) {
  return std::max<uint64_t>(64, keep.entries_max / 8);
}
uint64_t bytes_slack(const journal_retention& keep) {
  return std::max<uint64_t>(32 * 1024, keep.bytes_max / 8);
}
int64_t age_slack(const journal_retention& keep) {
  const auto age = keep.age.count() > 0 ? keep.age : keep.young_age;
  return std::max<int64_t>(1000, age.count() / 8);
}

bool is_due(const topic_marks& log, int64_t now) {
  if (log.image <= log.reaches)
    return false;
  const bool over = log.newest - log.reaches > log.keep.entries_max
                    || log.total - log.gone > log.keep.bytes_max;
  if (now >= log.age_due)
    return over || log.keep.age.count() > 0;
  return over
         && (log.image != log.tried_image
             || log.newest - log.tried_newest >= entries_slack(log.keep)
             || log.total - log.tried_total >= bytes_slack(log.keep));
}

} // namespace

void trim(
    journal_store& store, topic_table& topics, const topic_table::pointer& log,
    int64_t now) {
  auto& next = log->next;
  if (!is_due(next, now))
    return;
  topics.touch(log);
  const log_extent extent{next.newest, next.total, next.image, now};
  log_place gone{next.reaches, next.gone, 0};
  bool more = false; // behind the rows that were looked at
  const auto look = [&](const log_place& end) {
    if (!may_go(next.keep, extent, end))
      return false;
    gone = end;
    return true;
  };
  if (next.reaches < next.settled) {
    const auto rows = store.first_settled(log->id, trimmed_at_once);
    const auto stays = std::find_if_not(rows.begin(), rows.end(), look);
    more = stays == rows.end() && rows.size() == trimmed_at_once;
    if (gone.offset > next.reaches)
      store.drop_settled(log->id, gone.offset);
  }
  const auto look_at_fresh = [&](const fresh_row& row) {
    return row.last <= next.settled || look({row.last, row.total, row.stamp});
  };
  if (gone.offset == next.settled
      && std::all_of(log->fresh.begin(), log->fresh.end(), look_at_fresh))
    std::all_of(log->added.begin(), log->added.end(), look_at_fresh);
  if (gone.offset > next.reaches) {
    store.set_reaches(log->id, gone.offset, gone.total);
    next.reaches = gone.offset;
    next.gone = gone.total;
  }
  if (next.reaches > next.settled) {
    next.settled = next.reaches;
    next.settled_total = next.gone;
  }
  if (more)
    return; // the next call goes on
  next.tried_newest = next.newest;
  next.tried_total = next.total;
  next.tried_image = next.image;
  next.age_due = now + age_slack(next.keep);
}

bool sweeper::outdated(const topic_row& topic, int64_t now) {
  if (topic.age_ms == 0)
    return false;
  auto used = topic.opened;
  if (const auto log = topics_.find(topic.name)) {
    if (log->next.open)
      return false;
    used = std::max(used, log->fresh.back().stamp);
  }
  if (const auto last = store_.last_settled(topic.id))
    used = std::max(used, last->stamp);
  if (const auto image = store_.image_place(topic.id))
    used = std::max(used, image->second);
  return used + topic.age_ms <= now;
}

bool sweeper::remove(const topic_row& topic) {
  const auto rows = store_.first_settled(topic.id, swept_at_once);
  const auto log = topics_.find(topic.name);
  if (log)
    topics_.touch(log);
  if (!rows.empty()) {
    const auto& end = rows.back();
    store_.drop_settled(topic.id, end.offset);
    store_.set_reaches(topic.id, end.offset, end.total);
    if (log) {
      log->next.reaches = end.offset;
      log->next.gone = end.total;
    }
  }
  if (rows.size() == swept_at_once)
    return false;
  store_.remove_topic(topic.id);
  if (log)
    log->next.settled = log->next.newest; // its fresh rows are dead
  return true;
}

bool sweeper::step(int64_t now) {
  const auto some = store_.topics(seen_, topics_at_once);
  for (const auto& topic : some) {
    if (outdated(topic, now) && !remove(topic))
      return false; // goes on with the same topic
    seen_ = topic.id;
  }
  if (some.size() == topics_at_once)
    return false;
  seen_ = 0;
  return true;
}

} // namespace rookery

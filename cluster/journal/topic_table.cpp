#include "cluster/journal/topic_table.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace rookery {

topic_table::pointer topic_table::find(const std::string& name) const {
  const auto found = by_name_.find(name); // only this thread changes the map
  return found == by_name_.end() ? nullptr : found->second;
}

topic_table::pointer topic_table::add(topic_log log) {
  auto made = std::make_shared<topic_log>(std::move(log));
  made->next = made->at;
  made->is_new = true;
  {
    const std::lock_guard guard{lock_};
    const bool fits = by_name_.emplace(made->name, made).second;
    ROOKERY_CHECK(fits, "a topic is looked for before it is added");
  }
  touch(made);
  return made;
}

void topic_table::touch(const pointer& log) {
  if (log->touched)
    return;
  log->touched = true;
  touched_.push_back(log);
}

void topic_table::publish() {
  const std::lock_guard guard{lock_};
  for (const auto& log : touched_) {
    log->at = log->next;
    while (!log->fresh.empty() && log->fresh.front().last <= log->at.settled)
      log->fresh.pop_front();
    for (const auto& row : log->added)
      if (row.last > log->at.settled)
        log->fresh.push_back(row);
    log->added.clear();
    log->touched = false;
    log->is_new = false;
    if (!log->at.open && log->fresh.empty())
      by_name_.erase(log->name);
  }
  touched_.clear();
}

void topic_table::discard() {
  const std::lock_guard guard{lock_};
  for (const auto& log : touched_) {
    log->next = log->at;
    log->added.clear();
    log->touched = false;
    if (log->is_new)
      by_name_.erase(log->name);
  }
  touched_.clear();
}

std::optional<read_plan>
topic_table::plan(const std::string& topic, const journal_range& range) const {
  const std::lock_guard guard{lock_};
  const auto found = by_name_.find(topic);
  if (found == by_name_.end() || !found->second->at.open)
    return std::nullopt;
  const auto& log = *found->second;
  read_plan plan{log.id, log.at.newest, {}};
  const auto begin = std::partition_point(
      log.fresh.begin(), log.fresh.end(),
      [&](const fresh_row& row) { return row.last <= range.after; });
  const auto end =
      std::partition_point(begin, log.fresh.end(), [&](const fresh_row& row) {
        return row.first() <= range.through;
      });
  // Each row has an entry at least.
  const auto most = std::min<uint64_t>(
      std::max<uint64_t>(range.entries_max, 1),
      static_cast<uint64_t>(end - begin));
  const auto count = static_cast<std::ptrdiff_t>(most);
  if (range.newest_first)
    plan.fresh.assign(end - count, end);
  else
    plan.fresh.assign(begin, begin + count);
  return plan;
}

} // namespace rookery

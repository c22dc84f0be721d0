#include "cluster/journal/settler.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace rookery {

namespace {

/// A fresh row costs this much more than its bodies, in time and in the file.
constexpr std::size_t row_bytes = 64;

/// A transaction may copy so much in any case.
constexpr int64_t budget_min = 16 * 1024;

/// Dead rows wait for so many others, so that their pages are touched once.
constexpr std::size_t drop_at_least = 256;
constexpr std::size_t drop_at_most = 8192;

std::size_t cost(uint64_t bytes) {
  return static_cast<std::size_t>(bytes) + row_bytes;
}

} // namespace

void settler::found(const topic_table::pointer& log, const fresh_row& row) {
  ROOKERY_CHECK(row.seq >= next_seq_, "rows are found in their order");
  next_seq_ = row.seq + 1;
  rows_.push_back({log, row});
  bytes_ += cost(row.bytes);
}

bool settler::worth_a_row(const topic_log& log, const entry_pack& with) const {
  const auto& next = log.next;
  return next.newest - next.settled + with.entries >= limits_.worth_entries
         || next.total - next.settled_total + with.bytes >= limits_.worth_bytes;
}

void settler::begin(bool spare) {
  spare_ = spare;
  budget_ = budget_min;
}

void settler::put(
    const topic_table::pointer& log, std::vector<entry_pack> packs) {
  topics_.touch(log);
  auto& next = log->next;
  for (auto& pack : packs) {
    budget_ += 2 * static_cast<int64_t>(cost(pack.bytes));
    const bool alone = next.settled == next.newest;
    if (worth_a_row(*log, pack) && (alone || (!spare_ && budget_ > 0)))
      settle(log, &pack);
    else
      put_fresh(log, pack);
    next.newest = pack.last;
    next.total = pack.total;
  }
}

void settler::put_fresh(
    const topic_table::pointer& log, const entry_pack& pack) {
  const fresh_row row{
      next_seq_ + static_cast<int64_t>(added_.size()),
      pack.last,
      pack.entries,
      pack.bytes,
      pack.total,
      pack.stamp};
  store_.put_fresh(row.seq, log->id, pack);
  log->added.push_back(row);
  added_.push_back({log, row});
}

void settler::settle(const topic_table::pointer& log, const entry_pack* with) {
  topics_.touch(log);
  entry_pack joined;
  const auto join = [&](const auto& one, auto put_data) {
    if (joined.entries > 0
        && (joined.entries + one.entries > limits_.pack_entries_max
            || joined.bytes + one.bytes > limits_.pack_bytes_max))
      write(log, joined);
    joined.last = one.last;
    joined.entries += one.entries;
    joined.bytes += one.bytes;
    joined.total = one.total;
    joined.stamp = one.stamp;
    put_data();
  };
  const auto join_row = [&](const fresh_row& row) {
    if (row.last > log->next.settled)
      join(row, [&] { store_.join_fresh(row.seq, joined.data); });
  };
  std::for_each(log->fresh.begin(), log->fresh.end(), join_row);
  std::for_each(log->added.begin(), log->added.end(), join_row);
  if (with)
    join(*with, [&] { joined.data += with->data; });
  if (joined.entries > 0)
    write(log, joined);
}

void settler::write(const topic_table::pointer& log, entry_pack& pack) {
  store_.put_settled(log->id, pack);
  log->next.settled = pack.last;
  log->next.settled_total = pack.total;
  budget_ -= static_cast<int64_t>(cost(pack.bytes));
  stamp_ = std::max(stamp_, pack.stamp);
  pack = {};
}

void settler::finish() {
  if (!spare_)
    make_room();
  if (stamp_ > 0)
    store_.set_stamp(stamp_);
}

void settler::make_room() {
  auto left = bytes_; // without the dead rows that were seen
  while (dropped_ < std::min(rows_.size(), drop_at_most)) {
    const auto& front = rows_[dropped_];
    if (!front.dead()) {
      if (left <= limits_.fresh_bytes_max || budget_ <= 0)
        break;
      settle(front.log, nullptr);
      if (store_.db().failed())
        return;
    }
    left -= cost(front.row.bytes);
    ++dropped_;
  }
  if (dropped_ < drop_at_least && bytes_ <= limits_.fresh_bytes_max)
    dropped_ = 0;
  if (dropped_ == 0)
    return;
  store_.drop_fresh(rows_[dropped_ - 1].row.seq);
  stamp_ = std::max(stamp_, rows_[dropped_ - 1].row.stamp);
}

void settler::publish() {
  for (std::size_t i = 0; i < dropped_; ++i)
    bytes_ -= cost(rows_[i].row.bytes);
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<long>(dropped_));
  for (auto& one : added_) {
    bytes_ += cost(one.row.bytes);
    next_seq_ = one.row.seq + 1;
    rows_.push_back(std::move(one));
  }
  discard();
}

void settler::discard() {
  added_.clear();
  dropped_ = 0;
  budget_ = 0;
  stamp_ = 0;
}

} // namespace rookery

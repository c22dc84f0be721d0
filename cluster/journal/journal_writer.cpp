#include "cluster/journal/journal_writer.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"
#include "cluster/journal/packed_entries.hpp"

#include <algorithm>
#include <limits>

namespace rookery {

namespace {

/// After a failure nothing is copied for so long: where the disk has room for
/// entries only, not every other transaction shall fail.
constexpr int64_t spare_ms = 5000;

failure not_open(const std::string& topic) {
  return {errc::not_available, "the journal has not opened " + topic};
}

int on_commit(void* pages, sqlite3*, const char*, int in_wal) {
  *static_cast<int*>(pages) = in_wal;
  return SQLITE_OK;
}

/// The bodies of a batch as rows that follow `log`.
std::vector<entry_pack> pack_batch(
    const topic_log& log, const std::vector<std::string>& bodies, int64_t stamp,
    const settler_limits& limits) {
  std::vector<entry_pack> packs;
  auto offset = log.next.newest;
  auto total = log.next.total;
  for (const auto& body : bodies) {
    if (packs.empty() || packs.back().entries == limits.pack_entries_max
        || packs.back().bytes + body.size() > limits.pack_bytes_max)
      packs.emplace_back();
    auto& pack = packs.back();
    pack_entry(pack.data, log.id, ++offset, stamp, body);
    pack.last = offset;
    ++pack.entries;
    pack.bytes += body.size();
    pack.total = total += body.size();
    pack.stamp = stamp;
  }
  return packs;
}

} // namespace

journal_writer::journal_writer(
    sqlite_connection& db, topic_table& topics, journal_meter& meter,
    const settler_limits& limits, const clock_source& clock)
    : db_(db)
    , topics_(topics)
    , meter_(meter)
    , store_(db)
    , settler_(store_, topics, limits)
    , sweeper_(store_, topics) {
  ::sqlite3_wal_hook(db.handle(), on_commit, &wal_pages_);
  const auto greatest =
      db.number("SELECT max(stamp, coalesce((SELECT stamp FROM fresh "
                "ORDER BY seq DESC LIMIT 1), 0)) FROM journal");
  clock_ = journal_clock{greatest, clock};
  if (clock_.ahead() > std::chrono::minutes{1})
    log::warn(
        "journal.clock-ahead",
        {{"file", db.path()}, {"ms", clock_.ahead().count()}});
  find_fresh();
}

/// Rows of topics that are gone, or whose entries are settled, are dead.
void journal_writer::find_fresh() {
  std::unordered_map<int64_t, topic_table::pointer> by_id;
  const auto nobody = std::make_shared<topic_log>();
  nobody->next.settled = std::numeric_limits<uint64_t>::max();
  store_.each_fresh([&](int64_t topic, const fresh_row& found) {
    auto& log = by_id[topic];
    if (!log) {
      const auto row = store_.topic(topic);
      log = row ? load(*row) : nobody;
    }
    auto row = found;
    auto& next = log->next;
    if (row.last > next.settled) {
      row.total = next.total += row.bytes;
      next.newest = row.last;
      log->added.push_back(row);
    }
    settler_.found(log, row);
  });
  topics_.publish();
}

topic_table::pointer journal_writer::load(const topic_row& row) {
  topic_log log{row.id, row.name, row.epoch};
  const auto last = store_.last_settled(row.id);
  const auto end = last ? *last : log_place{row.reaches, row.gone, 0};
  auto& at = log.at;
  at.age_ms = row.age_ms;
  at.reaches = row.reaches;
  at.gone = row.gone;
  at.newest = at.settled = end.offset;
  at.total = at.settled_total = end.total;
  if (const auto image = store_.image_place(row.id))
    at.image = image->first;
  return topics_.add(std::move(log));
}

template <class Work>
std::optional<failure> journal_writer::transact(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  const auto changes = ::sqlite3_total_changes64(db_.handle());
  now_ = clock_.now();
  settler_.begin(now_ < spare_until_);
  store_.begin();
  if (!db_.failed()) {
    work();
    settler_.finish();
  }
  const bool wrote = ::sqlite3_total_changes64(db_.handle()) != changes;
  store_.commit();
  if (db_.failed()) {
    auto why = db_.why();
    db_.roll_back();
    db_.forget_failure();
    settler_.discard();
    topics_.discard();
    note_failure(why);
    return why;
  }
  settler_.publish();
  topics_.publish();
  if (wrote) {
    meter_.committed(std::chrono::steady_clock::now() - begin);
    note_success();
  }
  return std::nullopt;
}

void journal_writer::note_failure(const failure& why) {
  meter_.set_failing(true);
  if (!failing_)
    log::error(
        why.code == errc::internal ? "journal.damaged" : "journal.failing",
        {{"file", db_.path()}, {"error", why.message}});
  failing_ = true;
  spare_until_ = now_ + spare_ms;
}

void journal_writer::note_success() {
  if (failing_)
    log::info("journal.recovered", {{"file", db_.path()}});
  failing_ = false;
  meter_.set_failing(false);
}

void journal_writer::store(std::vector<write_call>& calls) {
  const auto failed = transact([&] {
    for (auto& call : calls)
      std::visit([&](auto& one) { apply(one); }, call);
  });
  const auto fail = [&](auto& call) {
    if constexpr (requires { call.reply; })
      call.reply = tl::make_unexpected(*failed);
  };
  for (auto& call : calls) {
    if (failed)
      std::visit(fail, call);
    const auto* append = std::get_if<append_call>(&call);
    if (append && !append->reply)
      meter_.failed();
    else if (append && append->stored)
      meter_.appended(append->batch.bodies.size());
  }
}

void journal_writer::answer(std::vector<write_call>& calls) {
  const auto answer_one = [](auto& call) {
    if constexpr (requires { call.reply; })
      call.answer(std::move(call.reply));
  };
  for (auto& call : calls)
    std::visit(answer_one, call);
}

topic_table::pointer journal_writer::open_log(const std::string& topic) {
  auto log = topics_.find(topic);
  return log && log->next.open ? log : nullptr;
}

void journal_writer::apply(open_call& call) {
  auto log = topics_.find(call.topic);
  if (!log) {
    if (const auto row = store_.find_topic(call.topic)) {
      log = load(*row);
    } else {
      auto epoch = random_hex(8);
      const auto id = store_.add_topic(call.topic, epoch, now_);
      log = topics_.add({id, call.topic, std::move(epoch)});
    }
  }
  topics_.touch(log);
  auto& next = log->next;
  next.open = true;
  next.keep = call.keep;
  next.tried_newest = next.tried_total = next.tried_image = 0;
  next.age_due = 0;
  const auto age = call.keep.age.count() == 0
                       ? 0
                       : std::max(call.keep.age, call.keep.young_age).count();
  if (age != next.age_ms) {
    next.age_ms = age;
    store_.set_age(log->id, age);
  }
  trim(store_, topics_, log, now_);
  auto image = store_.image(*log);
  if (image)
    call.reply =
        journal_head{log->epoch, next.newest, next.reaches, std::move(*image)};
  else
    call.reply = tl::make_unexpected(std::move(image.error()));
}

void journal_writer::apply(append_call& call) {
  const auto log = open_log(call.topic);
  if (!log) {
    call.reply = tl::make_unexpected(not_open(call.topic));
    return;
  }
  topics_.touch(log);
  auto& next = log->next;
  if (call.batch.id == 0 || call.batch.id != next.batch_id) {
    call.stored = true;
    settler_.put(
        log, pack_batch(*log, call.batch.bodies, now_, settler_.limits()));
    next.batch_id = call.batch.id;
    next.batch_entries = call.batch.bodies.size();
    next.batch_stamp = now_;
    trim(store_, topics_, log, now_);
  }
  call.reply = receipt_of(next);
}

journal_receipt journal_writer::receipt_of(const topic_marks& log) const {
  journal_receipt receipt{{}, log.batch_stamp, log.reaches};
  receipt.offsets.resize(log.batch_entries);
  auto offset = log.newest - log.batch_entries;
  for (auto& one : receipt.offsets)
    one = ++offset;
  return receipt;
}

void journal_writer::apply(save_call& call) {
  const auto log = open_log(call.topic);
  if (!log) {
    call.reply = tl::make_unexpected(not_open(call.topic));
    return;
  }
  const auto newest = log->next.newest;
  if (call.image.offset > newest) {
    call.reply = refuse(
        errc::bad_request,
        "an image of " + call.topic + " at " + std::to_string(call.image.offset)
            + ", and its log ends at " + std::to_string(newest));
    return;
  }
  topics_.touch(log);
  if (call.image.offset >= log->next.image) {
    store_.put_image(log->id, call.image, now_);
    log->next.image = call.image.offset;
    trim(store_, topics_, log, now_);
  }
  call.reply = log->next.image;
}

void journal_writer::apply(close_call& call) {
  if (const auto log = open_log(call.topic)) {
    topics_.touch(log);
    log->next.open = false;
    log->next.batch_id = 0;
  }
}

void journal_writer::checkpoint_if_due(int pages_max) {
  if (wal_pages_ < pages_max)
    return;
  // Readers that come one after the other may keep the WAL from beginning anew;
  // where that made it long, they are waited for.
  const int how = wal_pages_ < 4 * pages_max ? SQLITE_CHECKPOINT_PASSIVE
                                             : SQLITE_CHECKPOINT_RESTART;
  const int code =
      ::sqlite3_wal_checkpoint_v2(db_.handle(), nullptr, how, nullptr, nullptr);
  const bool fails = code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY;
  if (fails && !checkpoint_failing_)
    log::error(
        "journal.checkpoint-failed",
        {{"file", db_.path()}, {"error", ::sqlite3_errmsg(db_.handle())}});
  checkpoint_failing_ = fails;
}

bool journal_writer::sweep() {
  bool done = false;
  const auto failed = transact([&] { done = sweeper_.step(now_); });
  return done || failed;
}

} // namespace rookery

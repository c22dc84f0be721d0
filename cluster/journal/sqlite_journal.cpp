#include "cluster/journal/sqlite_journal.hpp"

#include "base/check.hpp"
#include "base/log.hpp"
#include "cluster/journal/call_queue.hpp"
#include "cluster/journal/journal_file.hpp"
#include "cluster/journal/journal_reader.hpp"
#include "cluster/journal/journal_writer.hpp"
#include "cluster/journal/packed_entries.hpp"

#include <pthread.h>
#include <thread>

namespace rookery {

namespace {

using clock = std::chrono::steady_clock;

/// What one transaction takes: more would not make an entry cheaper, and keeps
/// who comes next waiting.
constexpr call_load round_max{4096, 1024 * 1024};
constexpr call_load reads_at_once{64, 0};

/// Time in which the reader looks up though nothing is to be read.
constexpr std::chrono::hours reader_rest{1};

template <class Call>
void refuse_call(Call& call, const std::string& path) {
  call.answer(refuse(
      errc::not_available,
      "journal " + path + ": too much waits for the disk already"));
}

} // namespace

struct sqlite_journal::engine {
  engine(sqlite_journal_settings with, journal_file opened)
      : settings(std::move(with))
      , file(std::move(opened))
      , writer(
            file.writer(), topics, meter,
            {.fresh_bytes_max = settings.fresh_bytes_max}, settings.clock)
      , reader(file.reader(), topics, meter)
      , writes({settings.backlog_entries_max, settings.backlog_bytes_max})
      , reads({settings.reads_max, 0}) {}
  ~engine() { finish(); }
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  void start() {
    write_thread = std::thread{[this] { write(); }};
    ::pthread_setname_np(write_thread.native_handle(), "journal.write");
    read_thread = std::thread{[this] { read(); }};
    ::pthread_setname_np(read_thread.native_handle(), "journal.read");
  }
  /// Stores and answers what is there.
  void finish() {
    writes.close();
    reads.close();
    for (auto* one : {&write_thread, &read_thread})
      if (one->joinable())
        one->join();
  }
  void write();
  void read();

  template <class Call>
  void give(Call call, const call_load& load) {
    write_call one{std::move(call)};
    if (!writes.push(one, load))
      refuse_call(std::get<Call>(one), settings.path);
  }

  const sqlite_journal_settings settings;
  journal_file file;
  topic_table topics;
  journal_meter meter;
  journal_writer writer;
  journal_reader reader;
  call_queue<write_call> writes;
  call_queue<read_call> reads;
  std::thread write_thread;
  std::thread read_thread;
};

void sqlite_journal::engine::write() {
  auto sweep_at = clock::now() + settings.sweep_pause;
  for (;;) {
    auto round = writes.take(round_max, sweep_at);
    if (round.over)
      return;
    if (!round.calls.empty()) {
      writer.store(round.calls);
      writes.answered(round.load); // who is answered may give more at once
      journal_writer::answer(round.calls);
      writer.checkpoint_if_due(settings.wal_pages_max);
    }
    if (clock::now() >= sweep_at) {
      const bool done = writer.sweep();
      sweep_at =
          clock::now() + (done ? settings.sweep_rest : settings.sweep_pause);
    }
  }
}

void sqlite_journal::engine::read() {
  for (;;) {
    auto round = reads.take(reads_at_once, clock::now() + reader_rest);
    if (round.over)
      return;
    for (auto& one : round.calls)
      one.answer(reader.read(one.topic, one.range));
    reads.answered(round.load);
  }
}

result<std::unique_ptr<sqlite_journal>>
sqlite_journal::open(sqlite_journal_settings settings) {
  const auto begin = clock::now();
  auto file = journal_file::open(settings);
  if (!file)
    return tl::make_unexpected(std::move(file.error()));
  auto made = std::make_unique<engine>(std::move(settings), std::move(*file));
  for (auto* db : {&made->file.writer(), &made->file.reader()})
    if (db->failed())
      return tl::make_unexpected(db->why());
  made->start();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      clock::now() - begin);
  log::info(
      "journal.opened", {{"file", made->settings.path},
                         {"bytes", journal_file_bytes(made->settings.path)},
                         {"ms", took.count()}});
  return std::unique_ptr<sqlite_journal>{new sqlite_journal{std::move(made)}};
}

sqlite_journal::sqlite_journal(std::unique_ptr<engine> made)
    : engine_(std::move(made)) {}

sqlite_journal::~sqlite_journal() = default;

void sqlite_journal::open(
    std::string topic, const journal_retention& keep,
    done<journal_head> answer) {
  engine_->give(
      open_call{std::move(topic), keep, std::move(answer), {}}, {1, 0});
}

void sqlite_journal::append(
    std::string topic, journal_batch batch, done<journal_receipt> answer) {
  ROOKERY_CHECK(!batch.bodies.empty(), "a batch has a body at least");
  call_load load{batch.bodies.size(), 0};
  for (const auto& body : batch.bodies) {
    load.bytes += body.size();
    if (body.size() > packed_body_bytes_max)
      return answer(
          refuse(errc::limit_exceeded, "the journal takes no such long entry"));
  }
  engine_->give(
      append_call{std::move(topic), std::move(batch), std::move(answer), {}},
      load);
}

void sqlite_journal::read(
    std::string topic, const journal_range& range, done<journal_page> answer) {
  read_call call{std::move(topic), range, std::move(answer)};
  if (!engine_->reads.push(call, {1, 0}))
    refuse_call(call, engine_->settings.path);
}

void sqlite_journal::save(
    std::string topic, journal_image image, done<uint64_t> answer) {
  const call_load load{1, image.body.size()};
  engine_->give(
      save_call{std::move(topic), std::move(image), std::move(answer), {}},
      load);
}

void sqlite_journal::close(std::string topic) {
  write_call call{close_call{std::move(topic)}};
  // Bounded by the topics that are open. Refused only at the end of all.
  std::ignore = engine_->writes.push_always(call);
}

void sqlite_journal::stop() {
  engine_->finish();
}

int64_t sqlite_journal::now() const {
  return engine_->writer.clock().now();
}

journal_counts sqlite_journal::counts() const {
  auto now = engine_->meter.counts();
  const auto load = engine_->writes.load();
  now.backlog_entries = load.entries;
  now.backlog_bytes = load.bytes;
  now.file_bytes = journal_file_bytes(engine_->settings.path);
  return now;
}

} // namespace rookery

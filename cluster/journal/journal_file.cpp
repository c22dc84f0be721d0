#include "cluster/journal/journal_file.hpp"

#include <filesystem>
#include <sqlite3.h>
#include <utility>

namespace rookery {

namespace {

constexpr int64_t application_id = 0x526f6f6b; // "Rook"
constexpr int64_t schema_version = 1;

// Not WITHOUT ROWID: rows of some KiB are read faster from a tree of their own
// than from that of their key.
constexpr const char* schema = R"(
  CREATE TABLE journal (
    stamp INTEGER NOT NULL, -- the greatest, but for the last row of `fresh`
    clean INTEGER NOT NULL, -- 1: closed, and all is on the disk
    sync TEXT NOT NULL,
    boot TEXT NOT NULL,     -- which start of the machine
    uses INTEGER NOT NULL); -- how often it was opened and closed
  INSERT INTO journal VALUES (0, 1, '', '', 0);
  CREATE TABLE topics (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    reaches INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    age_ms INTEGER NOT NULL);
  CREATE TABLE fresh (
    seq INTEGER PRIMARY KEY,
    topic INTEGER NOT NULL,
    last INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    pack BLOB NOT NULL);
  CREATE TABLE settled (
    topic INTEGER NOT NULL,
    last INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    total INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    pack BLOB NOT NULL,
    PRIMARY KEY (topic, last));
  CREATE TABLE images (
    topic INTEGER PRIMARY KEY,
    offset INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    body BLOB NOT NULL);
  PRAGMA application_id = 0x526f6f6b;
  PRAGMA user_version = 1;
)";

std::string of(const std::string& path) {
  return "journal " + path + ": ";
}

/// Whose file it is, before anything is changed in it.
std::optional<failure> recognize(sqlite_connection& db) {
  const auto application = db.number("PRAGMA application_id");
  const auto version = db.number("PRAGMA user_version");
  const bool empty = db.number("SELECT count(*) FROM sqlite_schema") == 0;
  if (db.failed())
    return db.why();
  if (empty && application == 0)
    return std::nullopt;
  if (application != application_id)
    return failure{
        errc::internal,
        of(db.path()) + "it is a file of another program; name another path"};
  if (version != schema_version)
    return failure{
        errc::internal, of(db.path()) + "it has schema version "
                            + std::to_string(version)
                            + ", and this program knows version "
                            + std::to_string(schema_version)
                            + " only: it was made by a newer one"};
  return std::nullopt;
}

void set_up(sqlite_connection& db) {
  // Before the first table: pages of 4 KiB, those of the disk and the kernel.
  db.run("PRAGMA page_size = 4096");
  if (db.text("PRAGMA journal_mode = WAL") != "wal")
    db.fail(SQLITE_CANTOPEN, "it can not use a WAL on this file system");
  db.run("PRAGMA synchronous = FULL");
  db.run("PRAGMA secure_delete = OFF");    // Debian's default overwrites
  db.run("PRAGMA wal_autocheckpoint = 0"); // the writer does it, after answers
  db.run(
      "PRAGMA journal_size_limit = 67108864"); // what a burst made of the WAL
  db.run("PRAGMA cache_size = -32768");        // KiB
  db.run("PRAGMA temp_store = MEMORY");
  if (db.number("SELECT count(*) FROM sqlite_schema") == 0) {
    db.run("BEGIN IMMEDIATE");
    db.run(schema);
    db.run("COMMIT");
  }
}

/// Whether closing leaves the WAL where it is: of a file that is refused
/// nothing is changed.
void keep_wal(sqlite_connection& db, bool keep) {
  ::sqlite3_db_config(
      db.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

std::optional<failure> check(sqlite_connection& db) {
  const auto found = db.text("PRAGMA quick_check(1)");
  if (!db.failed() && found != "ok")
    db.fail(SQLITE_CORRUPT, found);
  return db.failed() ? std::optional{db.why()} : std::nullopt;
}

} // namespace

result<journal_file>
journal_file::open(const sqlite_journal_settings& settings) {
  const auto folder = std::filesystem::path{settings.path}.parent_path();
  std::error_code ignored;
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored))
    return refuse(
        errc::not_available,
        of(settings.path) + "there is no directory " + folder.string());
  journal_file file;
  auto lock = journal_lock::take(settings.path);
  if (!lock)
    return tl::make_unexpected(std::move(lock.error()));
  file.lock_ = std::make_unique<journal_lock>(*std::move(lock));
  const bool has_wal =
      std::filesystem::file_size(settings.path + "-wal", ignored) > 0
      && !ignored;
  auto writer = std::make_unique<sqlite_connection>(settings.path);
  keep_wal(*writer, has_wal);
  if (auto no = recognize(*writer))
    return tl::make_unexpected(std::move(*no));
  if (settings.check)
    if (auto no = check(*writer))
      return tl::make_unexpected(std::move(*no));
  set_up(*writer);
  begin_use(*writer, settings.sync, *file.lock_);
  if (writer->failed())
    return tl::make_unexpected(writer->why());
  auto reader = std::make_unique<sqlite_connection>(settings.path);
  reader->run("PRAGMA query_only = ON");
  reader->run("PRAGMA cache_size = -8192");
  if (reader->failed())
    return tl::make_unexpected(reader->why());
  keep_wal(*writer, false);
  file.writer_ = std::move(writer);
  file.reader_ = std::move(reader);
  return file;
}

journal_file::journal_file(journal_file&& from) noexcept
    : lock_(std::move(from.lock_))
    , writer_(std::move(from.writer_))
    , reader_(std::move(from.reader_)) {}

journal_file::~journal_file() {
  reader_.reset(); // the WAL can be emptied then
  if (writer_)
    end_use(*writer_, *lock_);
  writer_.reset();
}

uint64_t journal_file_bytes(const std::string& path) {
  uint64_t sum = 0;
  for (const auto* end : {"", "-wal"}) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(path + end, missing);
    sum += missing ? 0 : size;
  }
  return sum;
}

} // namespace rookery

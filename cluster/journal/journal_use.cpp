#include "cluster/journal/journal_use.hpp"

#include "base/log.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace rookery {

namespace {

/// Digits of a number of uses, and the end of the line.
constexpr std::size_t uses_bytes = 20;

/// Changes with each start of the machine.
std::string boot_id() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string id;
  file >> id;
  return id;
}

/// Beside the file itself, whatever name led to it.
std::string lock_name(const std::string& path) {
  std::error_code unknown;
  const auto real = std::filesystem::weakly_canonical(path, unknown);
  return (unknown ? path : real.string()) + ".lock";
}

} // namespace

result<journal_lock> journal_lock::take(const std::string& path) {
  const auto of = "journal " + path + ": ";
  const auto name = lock_name(path);
  const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (file < 0)
    return refuse(
        errc::not_available,
        of + "can not open " + name + ": " + std::strerror(errno));
  if (::flock(file, LOCK_EX | LOCK_NB) == 0)
    return journal_lock{file};
  const int reason = errno;
  ::close(file);
  return refuse(
      errc::not_available,
      of
          + (reason == EWOULDBLOCK
                 ? "another process uses it, and holds " + name
                 : "can not lock " + name + ": " + std::strerror(reason)));
}

journal_lock::~journal_lock() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

journal_lock::journal_lock(journal_lock&& from) noexcept
    : descriptor_(std::exchange(from.descriptor_, -1)) {}

int64_t journal_lock::uses() const {
  std::array<char, uses_bytes> text{};
  const auto size = ::pread(descriptor_, text.data(), text.size(), 0);
  int64_t uses = 0;
  if (size > 0)
    std::from_chars(text.data(), text.data() + size, uses);
  return uses;
}

/// What can not be written is as if it was not known.
void journal_lock::set_uses(int64_t uses) const {
  auto text = std::to_string(uses);
  text.resize(uses_bytes - 1, ' ');
  text += '\n';
  if (::pwrite(descriptor_, text.data(), text.size(), 0) > 0)
    ::fdatasync(descriptor_);
}

void begin_use(
    sqlite_connection& db, journal_sync sync, const journal_lock& lock) {
  const auto boot = boot_id();
  db.run("BEGIN IMMEDIATE");
  const bool lost = db.number("SELECT NOT clean AND sync <> 'always' "
                              "FROM journal")
                    && db.text("SELECT boot FROM journal") != boot;
  const auto uses = db.number("SELECT uses FROM journal");
  const bool older = uses < lock.uses();
  if (lost)
    log::warn("journal.power-lost", {{"file", db.path()}});
  if (older)
    log::warn("journal.older-copy", {{"file", db.path()}});
  if (lost || older)
    db.run("UPDATE topics SET epoch = lower(hex(randomblob(7)))");
  const auto next = std::max(uses, lock.uses()) + 1;
  sqlite_statement use{
      db, "UPDATE journal SET clean = 0, sync = ?1, boot = ?2, uses = ?3"};
  use.run(
      sqlite_text{sync == journal_sync::always ? "always" : "checkpoint"},
      sqlite_text{boot}, next);
  db.run("COMMIT"); // synced, whatever `sync` says
  if (!db.failed())
    lock.set_uses(next); // after it: the file is never behind without a reason
  if (sync == journal_sync::checkpoint)
    db.run("PRAGMA synchronous = NORMAL");
}

void end_use(sqlite_connection& db, const journal_lock& lock) {
  db.roll_back();
  db.forget_failure();
  db.run("PRAGMA synchronous = FULL");
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  db.run("UPDATE journal SET clean = 1, uses = uses + 1");
  const auto uses = db.number("SELECT uses FROM journal");
  if (db.failed())
    log::warn(
        "journal.close-failed",
        {{"file", db.path()}, {"error", db.why().message}});
  else
    lock.set_uses(uses);
}

} // namespace rookery

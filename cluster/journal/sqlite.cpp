#include "cluster/journal/sqlite.hpp"

#include <cstring>

namespace rookery {

namespace {

/// Its statistics of memory would take a global mutex at each allocation.
void configure_once() {
  [[maybe_unused]] static const int configured =
      ::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

std::string advice(std::string text) {
  return text + std::string{what_to_do};
}

} // namespace

sqlite_connection::sqlite_connection(const std::string& path)
    : path_(path) {
  configure_once();
  sqlite3* open = nullptr;
  const int code = ::sqlite3_open_v2(
      path.c_str(), &open,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
          | SQLITE_OPEN_EXRESCODE,
      nullptr);
  handle_.reset(open);
  if (code != SQLITE_OK)
    fail(code, open ? ::sqlite3_errmsg(open) : "out of memory");
  else
    ::sqlite3_busy_timeout(open, 1000); // a person's sqlite3 looks at the file
}

void sqlite_connection::run(const char* sql) {
  if (failed())
    return;
  const int code = ::sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK)
    fail(code, ::sqlite3_errmsg(handle()));
}

std::string sqlite_connection::text(const char* sql) {
  sqlite_statement statement{*this, sql};
  auto rows = statement.with();
  return rows.step() ? std::string{rows.blob(0)} : std::string{};
}

int64_t sqlite_connection::number(const char* sql) {
  sqlite_statement statement{*this, sql};
  auto rows = statement.with();
  return rows.step() ? rows.number(0) : 0;
}

void sqlite_connection::fail(int code, std::string_view text) {
  if (failed())
    return;
  code_ = code;
  text_ = text;
  const int reason = handle_ ? ::sqlite3_system_errno(handle()) : 0;
  if ((code & 0xff) == SQLITE_IOERR && reason != 0)
    text_ += std::string{" ("} + ::strerror(reason) + ")";
}

failure sqlite_connection::why() const {
  const auto where = "journal " + path_ + ": ";
  switch (code()) {
  case SQLITE_FULL:
    return {errc::not_available, where + "the disk is full"};
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return {errc::not_available, where + "another program holds it locked"};
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return {errc::internal, advice(where + "it is damaged (" + text_ + ")")};
  case SQLITE_IOERR:
  case SQLITE_NOMEM:
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN:
  case SQLITE_PERM:
    return {errc::not_available, where + text_};
  default:
    return {errc::internal, where + text_};
  }
}

void sqlite_connection::roll_back() {
  // Some errors have rolled back already; without a transaction there is
  // nothing to do.
  if (handle_ && ::sqlite3_get_autocommit(handle()) == 0)
    ::sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

sqlite_statement::sqlite_statement(sqlite_connection& in, const char* sql)
    : in_(in) {
  if (in.failed())
    return;
  sqlite3_stmt* prepared = nullptr;
  const int code = ::sqlite3_prepare_v3(
      in.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK)
    in.fail(code, ::sqlite3_errmsg(in.handle()));
  statement_.reset(prepared);
}

void sqlite_statement::check(int code) {
  if (code != SQLITE_OK)
    in_.fail(code, ::sqlite3_errstr(code));
}

void sqlite_statement::bind(int index, int64_t value) {
  if (!in_.failed())
    check(::sqlite3_bind_int64(statement_.get(), index, value));
}

void sqlite_statement::bind(int index, uint64_t value) {
  bind(index, static_cast<int64_t>(value));
}

void sqlite_statement::bind(int index, std::string_view blob) {
  if (in_.failed())
    return;
  const char* data = blob.data() ? blob.data() : ""; // null would be NULL
  check(::sqlite3_bind_blob64(
      statement_.get(), index, data, blob.size(), SQLITE_STATIC));
}

void sqlite_statement::bind(int index, const sqlite_text& text) {
  if (!in_.failed())
    check(::sqlite3_bind_text64(
        statement_.get(), index, text.value.data(), text.value.size(),
        SQLITE_STATIC, SQLITE_UTF8));
}

sqlite_statement::use::~use() {
  ::sqlite3_reset(of_.statement_.get());
}

bool sqlite_statement::use::step() {
  if (of_.in_.failed())
    return false;
  const int code = ::sqlite3_step(of_.statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    of_.in_.fail(code, ::sqlite3_errmsg(of_.in_.handle()));
  return code == SQLITE_ROW;
}

int64_t sqlite_statement::use::number(int column) const {
  return ::sqlite3_column_int64(of_.statement_.get(), column);
}

uint64_t sqlite_statement::use::unsigned_number(int column) const {
  return static_cast<uint64_t>(number(column));
}

std::string_view sqlite_statement::use::blob(int column) const {
  const auto* data = ::sqlite3_column_blob(of_.statement_.get(), column);
  const auto size = ::sqlite3_column_bytes(of_.statement_.get(), column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

} // namespace rookery

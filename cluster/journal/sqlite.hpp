#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace rookery {

/// The end of a line about damage, for the person who reads it.
inline constexpr std::string_view what_to_do =
    "; restore a backup, or move the file away: all rooms begin a new epoch "
    "and "
    "clients get a snapshot";

/// One connection to an SQLite file. Its first error sticks: from then on no
/// statement does anything, and none has a row, until the error is taken. So a
/// sequence of statements is written plainly and judged once, at its end.
///
/// Thread: one at a time (SQLITE_OPEN_NOMUTEX).
class sqlite_connection {
public:
  /// Opens or makes the file. `failed()` tells whether that went well.
  explicit sqlite_connection(const std::string& path);

  sqlite3* handle() const noexcept { return handle_.get(); }
  const std::string& path() const noexcept { return path_; }

  /// Runs statements that give nothing.
  void run(const char* sql);
  /// The first value of the first row: for pragmas and single facts.
  std::string text(const char* sql);
  int64_t number(const char* sql);

  bool failed() const noexcept { return code_ != SQLITE_OK; }
  /// The primary result code that sticks.
  int code() const noexcept { return code_ & 0xff; }
  /// Notes an error; only the first counts.
  void fail(int code, std::string_view text);
  /// For the person who reads it; names the file and what to do.
  failure why() const;
  void forget_failure() noexcept { code_ = SQLITE_OK; }

  /// Ends a transaction that may be under way, whatever has failed.
  void roll_back();

private:
  struct closer {
    void operator()(sqlite3* open) const noexcept { ::sqlite3_close_v2(open); }
  };
  std::string path_;
  std::unique_ptr<sqlite3, closer> handle_;
  int code_ = SQLITE_OK; // extended
  std::string text_;
};

/// Binds as TEXT; a plain string is a BLOB.
struct sqlite_text {
  std::string_view value;
};

/// A prepared statement, to be used again and again:
///
///     for (auto rows = find.with(topic, offset); rows.step();)
///       use(rows.number(0), rows.blob(1));
///
/// What is bound and what is read lives until the `use` ends. Its connection
/// outlives it. Thread: that of the connection.
class sqlite_statement {
public:
  sqlite_statement(sqlite_connection& in, const char* sql);

  class use {
  public:
    explicit use(sqlite_statement& of)
        : of_(of) {}
    use(const use&) = delete;
    use& operator=(const use&) = delete;
    ~use();

    /// False: there is no further row, or the connection has failed.
    bool step();
    int64_t number(int column) const;
    uint64_t unsigned_number(int column) const;
    std::string_view blob(int column) const;

  private:
    sqlite_statement& of_;
  };

  /// Binds the parameters ?1, ?2 ...
  template <class... Values>
  [[nodiscard]] use with(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return use{*this};
  }
  /// For what gives no rows.
  template <class... Values>
  void run(const Values&... values) {
    with(values...).step();
  }

private:
  void bind(int index, int64_t value);
  void bind(int index, uint64_t value);
  void bind(int index, std::string_view blob);
  void bind(int index, const sqlite_text& text);
  void check(int code);

  struct finalizer {
    void operator()(sqlite3_stmt* one) const noexcept {
      ::sqlite3_finalize(one);
    }
  };
  sqlite_connection& in_;
  std::unique_ptr<sqlite3_stmt, finalizer> statement_;
};

} // namespace rookery

#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

/// Structured logs: one line per event, each with a stable dotted name that
/// can be searched for years, and fields.
///
///     log::info("connection.closed", {{"connection", id}, {"code", 4002}});
///
/// Never pass a token. Values from clients are escaped. Thread: any.
namespace rookery::log {

enum class level : uint8_t { trace, debug, info, warn, error, off };
enum class format : uint8_t { text, json };

struct field {
  template <std::signed_integral T>
  field(std::string_view k, T v)
      : key(k)
      , value(static_cast<int64_t>(v)) {}
  template <std::unsigned_integral T>
  field(std::string_view k, T v)
      : key(k)
      , value(static_cast<uint64_t>(v)) {}
  field(std::string_view k, bool v)
      : key(k)
      , value(v) {}
  field(std::string_view k, double v)
      : key(k)
      , value(v) {}
  field(std::string_view k, const char* v)
      : key(k)
      , value(std::string_view{v}) {}
  field(std::string_view k, std::string_view v)
      : key(k)
      , value(v) {}
  field(std::string_view k, const std::string& v)
      : key(k)
      , value(std::string_view{v}) {}

  std::string_view key;
  std::variant<bool, int64_t, uint64_t, double, std::string_view> value;
};

using fields = std::initializer_list<field>;

/// Sets level and form for the whole process; once, before threads start.
/// Lines go to standard error.
void start(level lowest, format form);

bool enabled(level of);
void write(level of, std::string_view event, fields with);

inline void debug(std::string_view event, fields with = {}) {
  if (enabled(level::debug))
    write(level::debug, event, with);
}
inline void info(std::string_view event, fields with = {}) {
  write(level::info, event, with);
}
inline void warn(std::string_view event, fields with = {}) {
  write(level::warn, event, with);
}
inline void error(std::string_view event, fields with = {}) {
  write(level::error, event, with);
}

} // namespace rookery::log

#include "base/log.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>

namespace rookery::log {

namespace {

using writer = rapidjson::Writer<rapidjson::StringBuffer>;

format form_of_lines = format::text;

spdlog::level::level_enum to_spdlog(level of) {
  return static_cast<spdlog::level::level_enum>(
      of == level::off ? spdlog::level::off : static_cast<int>(of));
}
static_assert(static_cast<int>(level::error) == spdlog::level::err);

void put_string(writer& out, std::string_view text) {
  out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void put_value(writer& out, const field& one) {
  struct visitor {
    writer& to;
    void operator()(bool v) { to.Bool(v); }
    void operator()(int64_t v) { to.Int64(v); }
    void operator()(uint64_t v) { to.Uint64(v); }
    void operator()(double v) { to.Double(v); }
    void operator()(std::string_view v) { put_string(to, v); }
  };
  std::visit(visitor{out}, one.value);
}

/// A word needs no quotes: `reason=laggard`.
bool is_word(std::string_view text) {
  if (text.empty())
    return false;
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\\'
        || static_cast<unsigned char>(c) >= 0x7f)
      return false;
  return true;
}

std::string text_line(std::string_view event, fields with) {
  std::string line{event};
  rapidjson::StringBuffer buffer;
  for (const auto& one : with) {
    line += ' ';
    line += one.key;
    line += '=';
    const auto* text = std::get_if<std::string_view>(&one.value);
    if (text && is_word(*text)) {
      line += *text;
      continue;
    }
    buffer.Clear();
    writer out{buffer};
    put_value(out, one);
    line.append(buffer.GetString(), buffer.GetSize());
  }
  return line;
}

std::string json_line(level of, std::string_view event, fields with) {
  using namespace std::chrono;
  const auto now =
      duration_cast<milliseconds>(system_clock::now().time_since_epoch());
  const auto word = spdlog::level::to_string_view(to_spdlog(of));
  rapidjson::StringBuffer buffer;
  writer out{buffer};
  out.StartObject();
  put_string(out, "at");
  out.Int64(now.count());
  put_string(out, "level");
  put_string(out, {word.data(), word.size()});
  put_string(out, "event");
  put_string(out, event);
  for (const auto& one : with) {
    put_string(out, one.key);
    put_value(out, one);
  }
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

} // namespace

void start(level lowest, format form) {
  form_of_lines = form;
  auto logger = spdlog::stderr_color_mt("rookery");
  logger->set_level(to_spdlog(lowest));
  logger->set_pattern(
      form == format::json ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %^%-7l%$ %v");
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

bool enabled(level of) {
  return spdlog::default_logger_raw()->should_log(to_spdlog(of));
}

void write(level of, std::string_view event, fields with) {
  if (!enabled(of))
    return;
  const auto line = form_of_lines == format::json ? json_line(of, event, with)
                                                  : text_line(event, with);
  spdlog::default_logger_raw()->log(to_spdlog(of), line);
}

} // namespace rookery::log

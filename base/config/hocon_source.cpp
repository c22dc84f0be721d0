#include "base/config/hocon_source.hpp"

#include "base/config/hocon_text.hpp"
#include "base/config/syntax_error.hpp"

#include <fmt/format.h>
#include <tl/expected.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace rookery {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t files_max = 64;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// The path of a file that `from` includes under a name.
std::string find_included(const std::string& from, const std::string& name) {
  const auto path = (fs::path{from}.parent_path() / name).lexically_normal();
  auto with_ending = path;
  with_ending += ".conf";
  return !is_file(path) && is_file(with_ending) ? with_ending : path;
}

/// The content of a regular file, or why there is none. Reads no more than one
/// byte beyond what `scan_hocon` accepts.
tl::expected<std::string, std::string> read_file(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status))
    return tl::make_unexpected("there is no file " + path);
  if (!fs::is_regular_file(status))
    return tl::make_unexpected(path + " is not a regular file");
  std::ifstream stream{path, std::ios::binary};
  std::string content(hocon_limits{}.text_bytes + 1, '\0');
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (stream.bad() || (stream.gcount() == 0 && !stream.eof()))
    return tl::make_unexpected(path + " cannot be read");
  content.resize(static_cast<std::size_t>(stream.gcount()));
  return content;
}

/// A text and where its lines come from.
struct lined_text {
  std::string text;
  std::vector<file_line> lines;

  bool is_at_line_start() const { return text.empty() || text.back() == '\n'; }

  void end_line(const file_line& at) {
    if (!is_at_line_start())
      add("\n", at);
  }

  /// Adds a piece of a file that begins on line `at`.
  void add(std::string_view piece, file_line at) {
    while (!piece.empty()) {
      if (is_at_line_start())
        lines.push_back(at);
      const auto size = std::min(piece.find('\n'), piece.size() - 1) + 1;
      text.append(piece.substr(0, size));
      piece.remove_prefix(size);
      ++at.line;
    }
  }

  void add(const lined_text& other) {
    text.append(other.text);
    lines.insert(lines.end(), other.lines.begin(), other.lines.end());
  }
};

class source_reader {
public:
  hocon_source run_file(const std::string& path) {
    return finish(read(path, {path, 0}));
  }
  hocon_source run_text(std::string_view text, const std::string& name) {
    return finish(expand(text, name));
  }

private:
  hocon_source finish(lined_text whole) {
    result_.text = std::move(whole.text);
    result_.lines = std::move(whole.lines);
    return std::move(result_);
  }

  void report(const file_line& at, std::string message) {
    config_error error{at.file, at.line, "", std::move(message)};
    auto& all = result_.errors; // a file may be included twice
    if (std::find(all.begin(), all.end(), error) == all.end())
      all.push_back(std::move(error));
  }

  lined_text read(const std::string& path, const file_line& included_at) {
    if (std::find(open_.begin(), open_.end(), path) != open_.end()) {
      report(included_at, path + " includes itself");
      return {};
    }
    if (++files_ > files_max) {
      report(included_at, fmt::format("more than {} files", files_max));
      return {};
    }
    const auto content = read_file(path);
    if (!content) {
      report(included_at, content.error());
      return {};
    }
    return expand(*content, path);
  }

  /// `text` with its includes; nothing if it is not HOCON.
  lined_text expand(std::string_view text, const std::string& name) {
    auto scanned = scan_hocon(text);
    for (const auto& error : scanned.errors)
      report({name, error.line}, error.text);
    if (!scanned.errors.empty()) {
      result_.is_incomplete = true;
      return {};
    }
    if (const auto brackets = scanned.root_brackets)
      scanned.text[brackets->first] = scanned.text[brackets->second] = ' ';
    open_.push_back(name);
    auto whole = replace_includes(scanned, name);
    open_.pop_back();
    return is_hocon(whole) ? whole : lined_text{};
  }

  lined_text
  replace_includes(const scanned_text& scanned, const std::string& name) {
    lined_text whole;
    const std::string_view text = scanned.text;
    std::size_t done = 0;
    file_line at{name, 1};
    const auto add = [&](std::string_view piece) {
      whole.add(piece, at);
      at.line += static_cast<int>(std::count(piece.begin(), piece.end(), '\n'));
    };
    for (const auto& include : scanned.includes) {
      add(text.substr(done, include.begin - done));
      whole.end_line(at);
      whole.add(read(find_included(name, include.name), {name, include.line}));
      at.line = include.line;
      whole.end_line(at);
      done = include.end;
    }
    add(text.substr(done));
    return whole;
  }

  /// Checks the limits again, since includes may be nested.
  bool is_hocon(const lined_text& whole) {
    const auto scanned = scan_hocon(whole.text);
    const auto report_at = [&](int line, std::string message) {
      report(whole.lines[static_cast<std::size_t>(line - 1)], message);
      result_.is_incomplete = true;
      return false;
    };
    if (!scanned.errors.empty())
      return report_at(scanned.errors[0].line, scanned.errors[0].text);
    if (const auto error = find_syntax_error(scanned.text))
      return report_at(error->line, error->message);
    return true;
  }

  hocon_source result_;
  std::vector<std::string> open_; // the files being read, outermost first
  std::size_t files_ = 0;
};

} // namespace

hocon_source read_source_file(const std::string& path) {
  return source_reader{}.run_file(path);
}

hocon_source read_source_text(std::string_view text, const std::string& name) {
  return source_reader{}.run_text(text, name);
}

} // namespace rookery

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What must hold of a text before cpp-hocon may see it. The library recurses
// without limit, reads some malformed escapes into uninitialised memory and
// knows no line for most errors of quotes and brackets; so these are found
// here, by a scanner that knows strings, comments and brackets, and of keys and
// values only how to tell `include "x"` from `value = include "x"`.

namespace rookery {

/// Of one text. Far above any sensible configuration; with them the library's
/// work and stack stay small for all texts.
struct hocon_limits {
  std::size_t text_bytes = 256 * 1024;
  std::size_t line_bytes = 8192;
  std::size_t nesting = 32;
  std::size_t dots_in_line = 64; // each may be a level of nesting: a.b.c = 1
  std::size_t substitutions = 256;
  std::size_t keys = 2000; // of n keys like a.b the library makes n*n copies
};

/// Something about a line of a text, counted from 1.
struct line_note {
  int line = 0;
  std::string text;
};

/// `include "other.conf"`, and where it stands in the text: all its bytes, and
/// the comma behind it, if any.
struct include_note {
  int line = 0;
  std::string name;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct scanned_text {
  /// What cpp-hocon shall parse: the same, line by line, but for characters
  /// beyond ASCII in quoted strings, which the library takes for control
  /// characters. They become \u escapes.
  std::string text;
  /// What is wrong. With errors the text must not be parsed.
  std::vector<line_note> errors;
  std::vector<include_note> includes;
  /// Where values are substituted; the note is the path: "?PORT".
  std::vector<line_note> substitutions;
  /// What closes the brackets and quotes that are still open: "]}".
  std::string closers;
  /// Where the brackets around the whole are, if there are any: "{ a = 1 }".
  std::optional<std::pair<std::size_t, std::size_t>> root_brackets;
};

[[nodiscard]] scanned_text
scan_hocon(std::string_view text, const hocon_limits& limits = {});

} // namespace rookery

#pragma once

#include "base/config/config_error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rookery {

struct file_line {
  std::string file;
  int line = 0;
};

/// One HOCON text, in which each `include` has been replaced by what it
/// includes. Not by cpp-hocon, because its own includes ignore files that are
/// missing, never end when a file includes itself, and leave values of two
/// files without a line.
///
/// A line of the text is therefore a place in reading order, and `lines` gives
/// the file and line that it comes from. What is wrong with a file is in
/// `errors`; the text holds the rest.
struct hocon_source {
  std::string text;
  std::vector<file_line> lines;
  config_errors errors;
  /// Whether a file could not be parsed, so that its values are missing.
  bool is_incomplete = false;
};

/// Names of included files are relative to the including file; where no file
/// has that name, ".conf" is added. Only regular files are read, at most 64;
/// for the whole hold the same limits as for one file (hocon_limits). Paths in
/// an included file are paths from the top of the whole, wherever it is
/// included.
hocon_source read_source_file(const std::string& path);
hocon_source read_source_text(std::string_view text, const std::string& name);

} // namespace rookery

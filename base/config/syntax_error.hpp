#pragma once

#include <optional>
#include <string>

namespace rookery {

/// What cpp-hocon has against a text, which its exceptions say, and on which
/// line, which most of them do not: the first line after which no end of the
/// text could make it right. Found by bisection, parsing prefixes of whole
/// lines with what they miss at their end.
///
/// Example: of "a = 1\nb = = 2\nc = 3" the first line can go on, but with the
/// second nothing helps.
struct syntax_error {
  int line = 1;
  std::string message;
};

/// `text` has passed `scan_hocon` and includes nothing.
[[nodiscard]] std::optional<syntax_error>
find_syntax_error(const std::string& text);

} // namespace rookery

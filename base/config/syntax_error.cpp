#include "base/config/syntax_error.hpp"

#include "base/config/hocon_parse.hpp"
#include "base/config/hocon_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace rookery {

namespace {

constexpr std::string_view origin = "text";

/// Without the name of the text and advice that is about Java.
std::string tidy(std::string_view message) {
  const std::string prefix = std::string{origin} + ": ";
  if (message.starts_with(prefix))
    message.remove_prefix(prefix.size());
  message = message.substr(0, message.find(" (if you "));
  const auto first = message.find_first_not_of(' ');
  return std::string{message.substr(std::min(first, message.size()))};
}

std::optional<std::string> parse_problem(const std::string& text) {
  try {
    parse_hocon(text, std::string{origin});
    return std::nullopt;
  } catch (const std::exception& e) {
    return tidy(e.what());
  } catch (...) { // the library has a few `throw new`
    return "this is not HOCON";
  }
}

/// Whether some text behind `prefix`, which ends with a line, could make it
/// complete: nothing, a value, or what a key needs.
bool can_go_on(const std::string& prefix) {
  const auto scanned = scan_hocon(prefix);
  constexpr std::array<std::string_view, 3> endings{"", "\"x\"", ": \"x\""};
  for (const auto ending : endings) {
    auto whole = scanned.text;
    whole.append(ending).append(scanned.closers);
    if (!parse_problem(whole))
      return true;
  }
  return false;
}

/// The size of the text up to the end of each line.
std::vector<std::size_t> ends_of_lines(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; at < text.size(); at = ends.back())
    ends.push_back(std::min(text.find('\n', at), text.size() - 1) + 1);
  return ends;
}

int last_line_with_text(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  const auto used = text.substr(0, last == std::string_view::npos ? 0 : last);
  return 1 + static_cast<int>(std::count(used.begin(), used.end(), '\n'));
}

} // namespace

std::optional<syntax_error> find_syntax_error(const std::string& text) {
  const auto problem = parse_problem(text);
  if (!problem)
    return std::nullopt;
  if (can_go_on(text))
    return syntax_error{last_line_with_text(text), *problem};
  const auto ends = ends_of_lines(text);
  std::size_t good = 0;
  std::size_t bad = ends.size();
  while (bad - good > 1) {
    const auto middle = good + (bad - good) / 2;
    (can_go_on(text.substr(0, ends[middle - 1])) ? good : bad) = middle;
  }
  return syntax_error{static_cast<int>(bad), *problem};
}

} // namespace rookery

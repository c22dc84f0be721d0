#include "base/rights.hpp"

namespace rookery {

std::string_view name(right one) noexcept {
  switch (one) {
  case right::subscribe:
    return "subscribe";
  case right::publish:
    return "publish";
  case right::presence:
    return "presence";
  case right::history:
    return "history";
  case right::send:
    return "send";
  case right::lobby:
    return "lobby";
  case right::state:
    return "state";
  }
  return "unknown";
}

std::optional<right_set> parse_right(std::string_view word) noexcept {
  if (word == "all")
    return right_set::all();
  for (const auto one : all_rights)
    if (word == name(one))
      return right_set{one};
  return std::nullopt;
}

std::optional<right_set>
parse_rights(std::string_view words, char separator) noexcept {
  right_set rights;
  while (!words.empty()) {
    const auto end = words.find(separator);
    const auto parsed = parse_right(words.substr(0, end));
    if (!parsed || end == words.size() - 1) // nothing behind a separator
      return std::nullopt;
    rights = rights | *parsed;
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
  }
  return rights;
}

std::string describe(right_set rights) {
  if (rights == right_set::all())
    return "all";
  std::string words;
  for (const auto one : all_rights) {
    if (!rights.has(one))
      continue;
    if (!words.empty())
      words += ' ';
    words += name(one);
  }
  return words.empty() ? "nothing" : words;
}

} // namespace rookery

#include "base/config/personal_pattern.hpp"

#include "base/topic_name.hpp"

namespace rookery {

namespace {

constexpr std::string_view own_id = "{id}";

/// Calls `take` with each part, from left to right.
template <class Take>
void for_each_part(std::string_view pattern, Take take) {
  for (;;) {
    const auto dot = pattern.find('.');
    take(pattern.substr(0, dot));
    if (dot == std::string_view::npos)
      return;
    pattern.remove_prefix(dot + 1);
  }
}

std::string replace_id(std::string_view pattern, std::string_view by) {
  std::string replaced;
  replaced.reserve(pattern.size() + by.size());
  for_each_part(pattern, [&](std::string_view part) {
    replaced += part == own_id ? by : part;
    replaced += '.';
  });
  replaced.pop_back();
  return replaced;
}

} // namespace

bool is_personal(std::string_view pattern) noexcept {
  bool found = false;
  for_each_part(
      pattern, [&](std::string_view part) { found = found || part == own_id; });
  return found;
}

std::string with_any_id(std::string_view pattern) {
  return replace_id(pattern, "*");
}

std::optional<std::string>
with_id(std::string_view pattern, std::string_view user) {
  const bool is_one_part =
      valid_topic_name(user) && user.find('.') == std::string_view::npos;
  if (!is_one_part)
    return std::nullopt;
  return replace_id(pattern, user);
}

} // namespace rookery

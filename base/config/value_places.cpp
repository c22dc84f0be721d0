#include "base/config/value_places.hpp"

#include <hocon/config_list.hpp>

#include <algorithm>
#include <string>

namespace rookery {

place value_places::of(
    std::string_view path, const hocon::shared_value& value) const {
  if (const auto* open = find_open(path))
    return open->at;
  if (const auto members = members_of(value); members && !members->empty())
    return of_members(path, *members);
  if (const auto list =
          std::dynamic_pointer_cast<const hocon::config_list>(value);
      list && !list->is_empty())
    return of(path, list->get(0));
  const auto& origin = value->origin();
  const bool is_in_text = origin->description() == text_name_;
  const int line = is_in_text ? origin->line_number() : 0;
  for (auto end = path.rfind('.'); end != std::string_view::npos;
       end = path.substr(0, end).rfind('.')) {
    const auto* open = find_open(path.substr(0, end));
    if (open && (!is_in_text || is_taken_by(*open, path.substr(end), line)))
      return open->at;
  }
  return {line, is_in_text ? std::string{} : origin->description()};
}

/// Whether what is on `line` is `below` one of the values that an open value
/// refers to, and not below itself: with `chat = ${vars.room} { match = x }`
/// and `vars.room { kind = room }` that is so for ".kind".
bool value_places::is_taken_by(
    const open_value& value, std::string_view below, int line) const {
  return std::any_of(
      value.references.begin(), value.references.end(),
      [&](const std::string& reference) {
        const auto start = reference.starts_with('?') ? 1 : 0;
        const auto source =
            find_value(root_, reference.substr(start).append(below));
        return source && source->origin()->line_number() == line;
      });
}

const open_value* value_places::find_open(std::string_view path) const {
  const auto found =
      std::find_if(values_.begin(), values_.end(), [&](const open_value& one) {
        return one.path == path;
      });
  return found == values_.end() ? nullptr : &*found;
}

place value_places::of_members(
    std::string_view path, const hocon_members& members) const {
  place first;
  for (const auto& [key, member] : members) {
    auto at = of(std::string{path} + "." + key, member);
    if (first.line == 0 || (at.line > 0 && at.line < first.line))
      first = std::move(at);
  }
  return first;
}

} // namespace rookery

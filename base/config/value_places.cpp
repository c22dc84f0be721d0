#include "base/config/value_places.hpp"

#include <algorithm>
#include <string>

namespace rookery {

place value_places::of(
    std::string_view path, const hocon::shared_value& value) const {
  if (const auto* open = find_open(path))
    return open->at;
  if (const auto members = members_of(value); members && !members->empty())
    return of_members(path, *members);
  const auto& origin = value->origin();
  if (origin->description() == text_name_)
    return {origin->line_number(), ""};
  for (auto end = path.rfind('.'); end != std::string_view::npos;
       end = path.substr(0, end).rfind('.'))
    if (const auto* open = find_open(path.substr(0, end)))
      return open->at;
  return {0, origin->description()};
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

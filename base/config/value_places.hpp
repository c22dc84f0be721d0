#pragma once

#include "base/config/finding.hpp"
#include "base/config/hocon_parse.hpp"
#include "base/config/substitutions.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace rookery {

/// Where the values of a configuration are written, whose substitutions have
/// been replaced.
///
/// A value that came through ${...} is where that stands, not where the value
/// itself does: `http.port = ${vars.port}` is the line to look at. An object or
/// list is where the first of its values is; cpp-hocon's own lines for objects
/// and lists are wrong behind a """ text of several lines.
class value_places {
public:
  /// `root` has no substitutions any more, `values` are those that had.
  /// `text_name` is the name under which the text was parsed.
  value_places(
      hocon::shared_object root, std::string_view text_name,
      const std::vector<open_value>& values)
      : root_(std::move(root))
      , text_name_(text_name)
      , values_(values) {}

  place of(std::string_view path, const hocon::shared_value& value) const;

private:
  const open_value* find_open(std::string_view path) const;
  place of_members(std::string_view path, const hocon_members& members) const;

  bool
  is_taken_by(const open_value& value, std::string_view below, int line) const;

  hocon::shared_object root_;
  std::string_view text_name_;
  const std::vector<open_value>& values_;
};

} // namespace rookery

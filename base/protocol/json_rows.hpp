#pragma once

#include "base/error.hpp"

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rookery {

/// A field of a row; nothing: null.
using json_cell = std::variant<std::monostate, bool, double, std::string>;

/// One object of a list: its fields by name. What an object in it holds is
/// there as "outbox.bytes"; the texts of an array are joined by ' '.
struct json_row {
  std::map<std::string, json_cell, std::less<>> cells;

  /// The cell's text or number; empty or 0 where there is no such cell.
  std::string text(std::string_view name) const;
  double number(std::string_view name) const;
  bool truth(std::string_view name) const;
};

/// The rows of `{"<list>":[{..},{..}]}`, as the internal HTTP API answers.
[[nodiscard]] result<std::vector<json_row>>
read_json_rows(std::string_view text, const char* list);

} // namespace rookery

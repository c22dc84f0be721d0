#pragma once

#include "base/protocol/json_rows.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Cells of the tables on the terminal. Pure.

namespace rookery::cells {

/// A number of a row; what is below 0 or none counts as 0.
uint64_t count(const json_row& row, std::string_view name);

/// "9999", "10.0k", "1.5M": six characters at most.
std::string number(double value);
std::string size(double bytes);
std::string rate(double per_second);
/// "12s", "3m05s", "2d01h".
std::string age(std::chrono::milliseconds time);

struct cell {
  std::string text;
  std::size_t width;
  bool to_the_right = true;
};

/// One line, at most `width` characters long; 0: without limit. No byte of a
/// cell controls a terminal.
std::string line_of(const std::vector<cell>& all, std::size_t width);

} // namespace rookery::cells

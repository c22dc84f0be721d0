#pragma once

#include "actors/top/tables.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace rookery {

/// The terminal, as a whole screen; as it was before when this ends, also by a
/// signal. One for a process.
class screen {
public:
  screen();
  ~screen();
  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  top_size size() const;
  /// Shows the lines in place of those before; what stays the same is not
  /// drawn again.
  void show(const std::vector<std::string>& lines);
  /// The next key, or 0 when none was pressed for so long.
  int key(std::chrono::milliseconds wait);
};

} // namespace rookery

#pragma once

#include "base/config/config.hpp"

#include <string>
#include <vector>

namespace rookery {

/// Options that cannot be meant together.
struct contradiction {
  /// Their paths. It is reported at the first that the files set.
  std::vector<std::string> keys;
  std::string message;
};

/// Pure: what the fields say, not where they were written. Topic classes
/// without a `match` are passed over.
std::vector<contradiction> contradictions(const config& all);

} // namespace rookery

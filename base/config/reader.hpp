#pragma once

#include "base/config/config.hpp"
#include "base/config/finding.hpp"
#include "base/config/value_places.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>

namespace rookery {

/// What the values of a tree say about the options.
struct config_reading {
  config value; // options that are absent, null or wrong have their defaults
  findings errors;
  /// Where the options that are there are written, by path.
  std::map<std::string, place, std::less<>> written;
  /// Options whose value is wrong, and has been reported.
  std::set<std::string, std::less<>> failed;
};

/// Reads all options of `root`. Keys that no option has are errors, but for
/// those below `vars`. Topic classes are in the order of their `match`.
config_reading
read_options(const hocon::shared_object& root, const value_places& places);

} // namespace rookery

#pragma once

#include <string>
#include <vector>

namespace rookery {

/// Where something is written: on a line of a hocon_source, which comes from a
/// line of a file, or, if that is 0, elsewhere: "environment variable X".
struct place {
  int line = 0;
  std::string elsewhere;
};

/// What is wrong, before its line is that of a file. See config_error.
struct finding {
  place at;
  std::string key;
  std::string message;
};

using findings = std::vector<finding>;

} // namespace rookery

#pragma once

#include <string>
#include <vector>

namespace rookery {

/// One thing that is wrong with a configuration.
struct config_error {
  std::string file; // as it was named, or the source: "environment variable X"
  int line = 0;     // from 1; 0: the file as a whole
  std::string key;  // "websocket.ping-interval"; empty: no key in particular
  std::string message;

  /// "node.conf:4: http.port: 70000 is out of range (0..65535)"
  std::string to_string() const;

  bool operator==(const config_error&) const = default;
};

using config_errors = std::vector<config_error>;

} // namespace rookery

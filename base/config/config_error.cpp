#include "base/config/config_error.hpp"

namespace rookery {

std::string config_error::to_string() const {
  std::string all = file;
  if (line > 0)
    all.append(":").append(std::to_string(line));
  if (!key.empty())
    all.append(": ").append(key);
  return all.append(": ").append(message);
}

} // namespace rookery

#include "actors/api/json_answer.hpp"

#include "base/protocol/utf8.hpp"

#include <algorithm>

namespace rookery {

std::string shown(std::string_view text) {
  std::string safe{text};
  if (!valid_utf8(safe))
    std::replace_if(
        safe.begin(), safe.end(),
        [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return safe;
}

} // namespace rookery

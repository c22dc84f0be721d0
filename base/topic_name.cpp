#include "base/topic_name.hpp"

#include <array>

namespace rookery {

namespace {

constexpr std::array<bool, 256> may_stand_in_part = [] {
  std::array<bool, 256> may{};
  for (const unsigned char c : std::string_view{
           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"})
    may[c] = true;
  return may;
}();

} // namespace

bool valid_topic_name(std::string_view name) noexcept {
  if (name.size() > topic_name_bytes_max)
    return false;
  if (is_system_topic(name))
    name.remove_prefix(1);
  bool part_is_empty = true;
  for (const unsigned char c : name) {
    if (c == '.') {
      if (part_is_empty)
        return false;
      part_is_empty = true;
    } else if (may_stand_in_part[c]) {
      part_is_empty = false;
    } else {
      return false;
    }
  }
  return !part_is_empty;
}

} // namespace rookery

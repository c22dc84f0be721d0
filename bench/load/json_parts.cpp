#include "bench/load/dialects.hpp"

#include <charconv>

namespace rookery::load {

namespace {

std::string_view rest_after(std::string_view message, std::string_view key) {
  auto start = message.rfind(key);
  if (start == std::string_view::npos)
    return {};
  return message.substr(start + key.size());
}

} // namespace

uint64_t number_after(std::string_view message, std::string_view key) {
  auto rest = rest_after(message, key);
  uint64_t value = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), value);
  return value;
}

std::string_view text_after(std::string_view message, std::string_view key) {
  auto rest = rest_after(message, key);
  if (!rest.starts_with('"'))
    return {};
  rest.remove_prefix(1);
  return rest.substr(0, rest.find('"'));
}

} // namespace rookery::load

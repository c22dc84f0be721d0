#include "base/hex.hpp"

#include <array>
#include <charconv>
#include <random>

namespace rookery {

std::string hex(uint64_t number) {
  std::array<char, 16> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return {digits.data(), end.ptr};
}

std::string random_hex(std::size_t bytes) {
  // One per thread, since to open it costs more than to read.
  thread_local std::random_device source;
  std::string text;
  while (text.size() < 2 * bytes) {
    const auto digits = hex(source());
    text.append(8 - digits.size(), '0').append(digits);
  }
  text.resize(2 * bytes);
  return text;
}

} // namespace rookery

#include "base/hex.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <sys/random.h>
#include <system_error>

namespace rookery {

std::string hex(uint64_t number) {
  std::array<char, 16> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return {digits.data(), end.ptr};
}

namespace {

/// Random bytes of the kernel, fetched many at a time: one connection needs
/// few, and the processor's own instruction can take 10 us for 8
/// (std::random_device uses it).
class random_pool {
public:
  uint8_t next() {
    if (used_ == bytes_.size())
      fill();
    return bytes_[used_++];
  }

private:
  void fill() {
    // Never interrupted nor short up to 256 bytes, getrandom(2).
    if (::getrandom(bytes_.data(), bytes_.size(), 0)
        != static_cast<ssize_t>(bytes_.size()))
      throw std::system_error(errno, std::generic_category(), "getrandom");
    used_ = 0;
  }

  std::array<uint8_t, 256> bytes_{};
  std::size_t used_ = bytes_.size();
};

} // namespace

std::string random_hex(std::size_t bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  thread_local random_pool pool;
  std::string text;
  text.reserve(2 * bytes);
  while (text.size() < 2 * bytes) {
    const auto byte = pool.next();
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

} // namespace rookery

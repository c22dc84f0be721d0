#include "base/protocol/utf8.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>

#include <cstdint>
#include <cstring>

namespace rookery {

namespace {

struct no_output {
  using Ch = char;
  void Put(Ch) {}
};

constexpr bool is_ascii(char c) {
  return static_cast<signed char>(c) >= 0;
}

std::size_t ascii_prefix(std::string_view text) {
  constexpr uint64_t high_bits = 0x8080'8080'8080'8080;
  std::size_t at = 0;
  for (uint64_t word; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (word & high_bits)
      break;
  }
  while (at < text.size() && is_ascii(text[at]))
    ++at;
  return at;
}

} // namespace

bool valid_utf8(std::string_view text) noexcept {
  for (;;) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty())
      return true;
    rapidjson::MemoryStream in{text.data(), text.size()};
    no_output out;
    if (!rapidjson::UTF8<>::Validate(in, out))
      return false;
    text.remove_prefix(in.Tell());
  }
}

} // namespace rookery

#include "net/ws/mask.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace rookery::ws {

namespace {

/// XORs one word at `at` and returns its new value.
template <class Word>
Word unmask_word(char* at, Word key) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof(word));
  word ^= key;
  std::memcpy(at, &word, sizeof(word));
  return word;
}

/// g++ and clang make one SSE or NEON register of it.
using lanes = uint64_t __attribute__((vector_size(16)));

} // namespace

bool unmask(std::span<char> octets, masking_key key) noexcept {
  auto* at = octets.data();
  auto left = octets.size();
  const auto wide = static_cast<uint64_t>(key) << 32 | key;
  const lanes wider{wide, wide};
  lanes all{};
  for (; left >= 32; at += 32, left -= 32)
    all |= unmask_word(at, wider) | unmask_word(at + 16, wider);
  if (left >= 16) {
    all |= unmask_word(at, wider);
    at += 16;
    left -= 16;
  }
  uint64_t seen = all[0] | all[1];
  if (left >= 8) {
    seen |= unmask_word(at, wide);
    at += 8;
    left -= 8;
  }
  if (left >= 4) {
    seen |= unmask_word(at, key);
    at += 4;
    left -= 4;
  }
  const auto rest = std::bit_cast<std::array<uint8_t, sizeof(key)>>(key);
  for (std::size_t i = 0; i < left; ++i)
    seen |= unmask_word(at + i, rest[i]);
  return (seen & 0x8080808080808080u) == 0;
}

masking_key advance(masking_key key, std::size_t done) noexcept {
  const auto bits = static_cast<int>(8 * (done % 4));
  if constexpr (std::endian::native == std::endian::little)
    return std::rotr(key, bits);
  else
    return std::rotl(key, bits);
}

} // namespace rookery::ws

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace rookery::ws {

/// The masking key of a frame, as its four octets lie in memory.
using masking_key = uint32_t;

/// Takes the mask off in place (RFC 6455, section 5.3). True when all octets
/// are ASCII afterwards, which saves most texts a second pass for UTF-8.
bool unmask(std::span<char> octets, masking_key key) noexcept;

/// The key for the rest of a payload, of which `done` octets were unmasked.
masking_key advance(masking_key key, std::size_t done) noexcept;

} // namespace rookery::ws

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace rookery {

/// "1f", without leading zeros.
std::string hex(uint64_t number);

/// `bytes` random bytes of the system in hexadecimal, for names that must not
/// collide and secrets that nobody may guess.
std::string random_hex(std::size_t bytes);

} // namespace rookery

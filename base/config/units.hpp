#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// How numbers, sizes and durations are written in a configuration, after the
// HOCON specification ("Units format"). Blanks between number and unit are
// allowed, a fraction too where the result is whole: "1.5 KiB", "0.5s".

namespace rookery {

/// "8000"; digits only, up to 2^64-1.
std::optional<uint64_t> parse_number(std::string_view text) noexcept;

/// "65536", "64 KiB", "64K", "1 MB" (powers of ten); up to 2^53 bytes.
std::optional<uint64_t> parse_bytes(std::string_view text) noexcept;

/// "25s", "250ms", "1 minute"; a bare number counts milliseconds. Milliseconds
/// are the finest unit, days the coarsest; up to 2^53 ms.
std::optional<std::chrono::milliseconds>
parse_duration(std::string_view text) noexcept;

/// "true", "yes", "on" and their opposites.
std::optional<bool> parse_flag(std::string_view text) noexcept;

/// In the largest unit that divides `count`: "64 KiB", "0 B".
std::string format_bytes(uint64_t count);

/// In the largest unit that divides `length`: "25s", "250ms".
std::string format_duration(std::chrono::milliseconds length);

} // namespace rookery

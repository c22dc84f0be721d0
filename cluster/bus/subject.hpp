#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string_view>

namespace rookery {

struct bus_post;

inline constexpr std::size_t subject_bytes_max = 1024;
inline constexpr std::size_t header_bytes_max = 16 * 1024; // all of a message

/// Words without spaces and control characters, with dots between them.
/// `wild`: `*` may stand for a word, and `>` for the last ones.
[[nodiscard]] bool valid_subject(std::string_view subject, bool wild) noexcept;

/// Both are valid.
[[nodiscard]] bool
subject_fits(std::string_view subject, std::string_view wanted) noexcept;

/// What every bus refuses: `bad_request`.
[[nodiscard]] result<void>
check_post(const bus_post& post, std::size_t payload_bytes_max);

/// What counts against bounds of bytes.
[[nodiscard]] std::size_t size_of(const bus_post& post) noexcept;

} // namespace rookery

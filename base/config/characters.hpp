#pragma once

#include <cstddef>
#include <string_view>

namespace rookery {

struct character {
  char32_t code = 0;
  std::size_t size = 0; // in bytes
};

/// The first character of `text`, which is not empty; its size is 0 if the
/// bytes are no UTF-8 (RFC 3629).
character first_character(std::string_view text) noexcept;

/// Blanks within a line: those are no control characters.
bool is_blank(char32_t c) noexcept;

bool is_control(char32_t c) noexcept;

/// Whether `digits` begins with the four of a \u escape that is a character of
/// its own, not half of a surrogate pair.
bool is_unicode_escape(std::string_view digits) noexcept;

} // namespace rookery

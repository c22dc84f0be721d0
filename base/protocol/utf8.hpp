#pragma once

#include <string_view>

namespace rookery {

/// Whether `text` is UTF-8 as RFC 3629 has it: no overlong forms, no
/// surrogates, nothing above U+10FFFF, nothing cut off.
[[nodiscard]] bool valid_utf8(std::string_view text) noexcept;

} // namespace rookery

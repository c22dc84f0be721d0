#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rookery {

// RFC 4648, section 4, with padding. Thread: any.

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// None: it is malformed.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

} // namespace rookery

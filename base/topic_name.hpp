#pragma once

#include <cstddef>
#include <string_view>

namespace rookery {

/// The first version of the protocol's limit on names of topics, in bytes.
inline constexpr std::size_t topic_name_bytes_max = 255;

/// Whether a topic may be named so: 1..255 bytes of [A-Za-z0-9_-] in parts
/// separated by '.', none of them empty; or such a name behind "$sys.".
/// Example: "chat.room-1".
[[nodiscard]] bool valid_topic_name(std::string_view name) noexcept;

/// Topics of the node itself: their first part is "$sys". Such a name is valid,
/// but no pattern stands for it that does not begin so, and no client may
/// publish there.
[[nodiscard]] constexpr bool is_system_topic(std::string_view name) noexcept {
  return name.starts_with("$sys.");
}

} // namespace rookery

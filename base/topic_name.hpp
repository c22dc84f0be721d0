#pragma once

#include <cstddef>
#include <string_view>

namespace rookery {

/// The first version of the protocol's limit on names of topics, in bytes.
inline constexpr std::size_t topic_name_bytes_max = 255;

// Topics that no pattern of the configuration stands for. "$lobbies.chess"
// lists the lobbies whose names begin with "chess."; what the players of lobby
// "chess.7" send each other without a log goes over "$play.chess.7".
inline constexpr std::string_view system_prefix = "$sys.";
inline constexpr std::string_view listing_prefix = "$lobbies.";
inline constexpr std::string_view play_prefix = "$play.";

/// Whether a topic may be named so: 1..255 bytes of [A-Za-z0-9_-] in parts
/// separated by '.', none of them empty; or such a name behind one of the
/// prefixes above. Example: "chat.room-1".
[[nodiscard]] bool valid_topic_name(std::string_view name) noexcept;

/// Topics of the node itself. Such a name is valid, but no pattern stands for
/// it that does not begin so, and no client may publish there because of one.
[[nodiscard]] constexpr bool is_system_topic(std::string_view name) noexcept {
  return name.starts_with(system_prefix) || name.starts_with(listing_prefix)
         || name.starts_with(play_prefix);
}

} // namespace rookery

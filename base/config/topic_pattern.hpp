#pragma once

#include "base/topic_name.hpp"

#include <optional>
#include <string>
#include <string_view>

// Names of topics are parts separated by '.': `chat.room-1`. A pattern of the
// configuration is written like a name, in which `*` stands for exactly one
// part and `>`, as the last part, for one or more.
//
// Example: `game.*.chat` matches `game.7.chat`, but not `game.chat`;
// `game.>` matches `game.7` and `game.7.chat`, but not `game`.
//
// Wildcards do not stand for "$sys", so that no pattern means the node's own
// topics by accident: those are `$sys.alerts` or `$sys.>`.
//
// All of this is pure and, but for the texts of errors, allocates nothing.

namespace rookery {

/// What is wrong with `pattern`, if anything: "'*' must be a whole part".
std::optional<std::string> pattern_error(std::string_view pattern);

/// Whether `pattern` stands for `name`. Both are valid, or the answer is
/// meaningless (but safe). Linear in the length of the name.
bool matches(std::string_view pattern, std::string_view name) noexcept;

/// Whether every name that `narrow` matches is also matched by `wide`.
bool covers(std::string_view wide, std::string_view narrow) noexcept;

/// Whether some name is matched by both.
bool overlap(std::string_view a, std::string_view b) noexcept;

} // namespace rookery

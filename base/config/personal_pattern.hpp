#pragma once

#include <optional>
#include <string>
#include <string_view>

// A pattern in which `{id}` is a part is personal: `user.{id}.>` stands for all
// topics that belong to a user, each to the one whose id is in that place.

namespace rookery {

/// Whether a part of `pattern` is `{id}`.
bool is_personal(std::string_view pattern) noexcept;

/// The pattern of everybody's topics: `user.*.>`. This is the one to check with
/// `pattern_error` and to find a topic's class with.
std::string with_any_id(std::string_view pattern);

/// The pattern of this user's topics: `user.ann.>`. None if the id cannot be
/// one part of a name: the pattern of a user `*` would match everybody's
/// topics, and that of `ann` some of `ann.b`.
std::optional<std::string>
with_id(std::string_view pattern, std::string_view user);

} // namespace rookery

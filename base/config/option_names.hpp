#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rookery {

/// A section for values of one's own, which nothing but ${vars.name} reads.
inline constexpr std::string_view vars_section = "vars";

/// The paths of all options outside of `topics`: "http.internal-port".
const std::vector<std::string>& option_paths();

/// The paths of all options of a topic class, below its name: "allow.users".
const std::vector<std::string>& topic_option_paths();

/// What may stand at the top and in its sections: options, and sections too.
const std::vector<std::string>& key_paths();

/// The environment variable that overrides an option: '.' becomes two
/// underscores and '-' one, so that no two options share a name, and none is
/// like those which orchestrators set for services ("ROOKERY_PORT").
///
/// Example: "http.internal-port" is "ROOKERY__HTTP__INTERNAL_PORT".
std::string environment_name(std::string_view option_path);
inline constexpr std::string_view environment_prefix = "ROOKERY__";

/// The candidate that was probably meant: the one with the least typing
/// mistakes, or with the same last part. Empty if none is near.
std::string
nearest(std::string_view mistyped, const std::vector<std::string>& candidates);

} // namespace rookery

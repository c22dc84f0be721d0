#pragma once

#include <hocon/config_object.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rookery {

/// Parses `text`, which has passed `scan_hocon` and includes nothing. Throws
/// what cpp-hocon throws, and that is not always an std::exception.
hocon::shared_object
parse_hocon(const std::string& text, const std::string& name);

using hocon_members = std::vector<std::pair<std::string, hocon::shared_value>>;

/// The members of an object. None if `value` is no object, or one that has to
/// be merged with the value of a substitution first.
std::optional<hocon_members> members_of(const hocon::shared_value& value);

/// The value at a path such as "vars.port". None if there is none, or if it is
/// behind a value that has to be merged first.
hocon::shared_value
find_value(const hocon::shared_object& root, const std::string& path);

} // namespace rookery

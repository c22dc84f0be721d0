#pragma once

#include "base/config/finding.hpp"

#include <hocon/config_object.hpp>

namespace rookery {

/// `root`, with each option replaced for which there is an environment variable
/// of its name (base/config/option_names.hpp). The names of all other variables
/// with our prefix are mistakes, and go to `errors`.
///
/// Example: ROOKERY__HTTP__PORT=8080 counts before `http { port = ... }`, and
/// also where the file says ${http.port}.
hocon::shared_object
override_from_environment(hocon::shared_object root, findings& errors);

} // namespace rookery

#pragma once

#include "base/config/config.hpp"
#include "base/error.hpp"

namespace rookery {

/// Runs a node until SIGTERM or SIGINT; SIGHUP reads the files of token
/// keys and TLS again. Returns the exit code of the process: 0 after an orderly
/// stop, 1 when it could not start or something died that nobody can restart.
///
/// Call from the main thread, before any other thread exists.
int run_node(config settings);

} // namespace rookery

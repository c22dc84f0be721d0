#pragma once

#include "base/config/config.hpp"
#include "net/gate.hpp"
#include "net/http/session.hpp"
#include "net/io_thread.hpp"
#include "net/transport.hpp"

#include <cstdint>
#include <memory>
#include <vector>

// What the configuration means for the parts of a node.

namespace rookery {

/// A demo needs tokens for whoever asks; without keys it signs with a secret of
/// its own that ends with the process. Clients may have the descriptors that
/// the system gives us.
void complete(config& settings, uint64_t descriptors);
transport_settings links_of(const config& settings);
http_settings public_http_of(const config& settings);
gate_limits gate_limits_of(const limits_config& limits);
http_settings internal_http_of(const config& settings);
std::vector<std::unique_ptr<io_thread>> make_threads(const config& settings);

} // namespace rookery

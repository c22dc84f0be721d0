#pragma once

#include "actors/messages.hpp"
#include "base/config/config.hpp"

#include <optional>
#include <string>

namespace rookery {

/// The supervisor's verdict on a slow client: why it is a laggard and has to
/// go, as the close frame tells it, "laggard: 312 messages (65536 bytes)
/// behind, nothing read for 10.2 s". Empty: it is kept.
///
/// A client that moves is kept, however slow, unless it fills the outbox of a
/// topic that disconnects, keeps publishers waiting for too long, or uses
/// memory that the node has not.
std::optional<std::string>
laggard_verdict(const slow_report& report, const laggard_config& limits);

} // namespace rookery

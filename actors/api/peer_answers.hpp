#pragma once

#include "actors/node_context.hpp"

namespace rookery {

/// From now on this node answers what others ask of it: to deliver messages to
/// users, and to carry out requests of the internal API for itself alone. Its
/// actors are there; `node` outlives its peers.
void answer_peers(const node_context& node);

} // namespace rookery

#pragma once

#include "cluster/bus/nats_link.hpp"

namespace rookery {

/// What the library knows of a listener: its closure, which lives until the
/// library says that the callback of the subscription has ended for good.
struct nats_link::hearing {
  std::shared_ptr<bus_slot> slot;
  std::shared_ptr<tally> counts;
  int64_t told = 0; // dropped; of the delivering thread
};

} // namespace rookery

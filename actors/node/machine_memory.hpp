#pragma once

#include <cstdint>

namespace rookery {

/// Bytes of memory that this process may have: the machine's, or its control
/// group's where that is less, as in a container.
uint64_t machine_memory_bytes();

} // namespace rookery

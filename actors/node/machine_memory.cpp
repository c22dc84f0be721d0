#include "actors/node/machine_memory.hpp"

#include <algorithm>
#include <fstream>
#include <unistd.h>

namespace rookery {

uint64_t machine_memory_bytes() {
  auto bytes = static_cast<uint64_t>(::sysconf(_SC_PHYS_PAGES))
               * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  // Of cgroup versions 2 and 1, as a container sees its own. "max" is no
  // number, and then there is no limit.
  for (const char* file :
       {"/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    uint64_t limit = 0;
    if (std::ifstream{file} >> limit && limit > 0)
      bytes = std::min(bytes, limit);
  }
  return bytes;
}

} // namespace rookery

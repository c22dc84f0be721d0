#pragma once

#include <cstdint>
#include <ctime>

namespace rookery {

/// CPU time that the calling thread has used, in nanoseconds. A system call of
/// some hundred nanoseconds.
inline uint64_t thread_cpu_ns() noexcept {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<uint64_t>(used.tv_sec) * 1'000'000'000
         + static_cast<uint64_t>(used.tv_nsec);
}

} // namespace rookery

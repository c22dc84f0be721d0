#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace rookery {

void check_failed(
    const char* condition, const char* reason, const char* file,
    int line) noexcept {
  std::fprintf(
      stderr, "%s:%d: check failed: %s (%s)\n", file, line, reason, condition);
  std::abort();
}

} // namespace rookery

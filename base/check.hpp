#pragma once

namespace rookery {

/// Ends the process with the place and the reason.
[[noreturn]] void check_failed(
    const char* condition, const char* reason, const char* file,
    int line) noexcept;

} // namespace rookery

/// Always on, in release builds too. For mistakes of ours, never for anything
/// that a user or the network can cause; `reason` names the mistake.
#define ROOKERY_CHECK(condition, reason)                                       \
  ((condition)                                                                 \
       ? static_cast<void>(0)                                                  \
       : ::rookery::check_failed(#condition, reason, __FILE__, __LINE__))

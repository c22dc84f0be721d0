#pragma once

#include "base/config/config.hpp"
#include "base/error.hpp"
#include "net/auth/identity.hpp"

#include <chrono>
#include <string_view>

namespace rookery {

/// What the payload of a token says (RFC 7519, section 4), judged at `now`.
/// Refuses with `token_expired`, or `unauthorized` for everything else; the
/// message names the claim and never its value. Pure. Thread: any.
///
/// Ours besides the registered claims:
///
///     "info": any JSON                      what other members are shown
///     "topics": ["chat.*", "user.{id}.>"]   all rights on these patterns, or
///     "topics": {"chat.*": "subscribe publish", "news": "all"}
///
/// The words are those of `right`; `{id}` is the user's own id.
[[nodiscard]] result<identity> read_claims(
    std::string_view payload, const token_config& settings,
    std::chrono::system_clock::time_point now);

/// Patterns in one claim. Each publish may look at all of them.
inline constexpr std::size_t grants_max = 128;

} // namespace rookery

#pragma once

#include <string>
#include <string_view>
#include <vector>

// Which pages may connect. A browser sends cookies with a WebSocket upgrade of
// any page, and lets every page read the answers; only the header Origin (RFC
// 6454, section 7) tells whose script it is. Pure: any thread.

namespace rookery {

/// Whether one of `patterns` is this origin: itself, "*", or with "*." as the
/// first part of its host, which stands for one or more. Letters count without
/// case. "null", the origin of files and sandboxes, is only "*".
bool origin_matches(
    const std::vector<std::string>& patterns, std::string_view origin);

/// Whether a page of `origin` was loaded from the host that it connects to, as
/// `Host` names it. The scheme may differ: TLS may end at a load balancer.
bool is_same_host(std::string_view origin, std::string_view host);

/// Whether a request with this `Origin` (empty: no browser) may be upgraded.
/// Without patterns any page may, unless a cookie names the user.
bool origin_allowed(
    const std::vector<std::string>& patterns, std::string_view origin,
    std::string_view host, bool cookie_names_user);

} // namespace rookery

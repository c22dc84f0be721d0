#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Where a token stands in the upgrade request (docs/protocol.md, Life of a
// connection). Pure: any thread.

namespace rookery {

enum class credential_source : uint8_t { header, query, cookie };

/// A token as the client sent it; nothing of it is proven. The view is into the
/// request. One out of a cookie was perhaps sent by a page of somebody else
/// (cross-site hijacking), so the origin must be checked.
struct credential {
  std::string_view token;
  credential_source source;
};

/// The fields of the request that may hold a token; empty: absent.
struct credential_fields {
  std::string_view authorization;
  std::string_view target; // "/ws?token=..."
  std::string_view cookie;
};

/// The token in `Authorization: Bearer`, or else the query parameter `token`,
/// or else the cookie of the configured name (empty: none is). Other schemes of
/// `Authorization` are somebody else's, perhaps a proxy's. Refuses with
/// `unauthorized` if there is a token but it cannot be one, or if there are two
/// in one place: whoever may add a second must not choose who the user is.
[[nodiscard]] result<std::optional<credential>>
find_credential(const credential_fields& fields, std::string_view cookie_name);

/// The target without what may be a token, for logs: "/ws?token=***&v=1". That
/// is the value of `token`, and also any that begins as tokens do, since a
/// client may take the wrong name.
std::string strip_token(std::string_view target);

} // namespace rookery

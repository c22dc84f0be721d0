#pragma once

#include "base/error.hpp"
#include "net/auth/keys.hpp"

namespace rookery {

/// One key of a JWKS file (RFC 7517, section 4). Refuses what we cannot or
/// should not verify tokens with, and says why without showing key material.
[[nodiscard]] result<token_key> read_jwk(json_t* jwk);

} // namespace rookery

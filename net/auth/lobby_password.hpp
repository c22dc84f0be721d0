#pragma once

#include <string>
#include <string_view>

namespace rookery {

/// What a log may hold of a lobby's password: a random salt, and PBKDF2 of both
/// (RFC 8018, HMAC-SHA256), in hex. Takes some tenths of a millisecond: it
/// keeps honest people out, and a log that is read by others from giving it
/// away.
[[nodiscard]] std::string seal_password(std::string_view password);

/// Whether `sealed` was made of it. Thread: any.
[[nodiscard]] bool opens(std::string_view sealed, std::string_view password);

} // namespace rookery

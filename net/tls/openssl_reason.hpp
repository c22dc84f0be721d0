#pragma once

namespace rookery {

/// Why OpenSSL's last call on this thread failed, in its words: "no start
/// line". Static text but for errors of the system. Empties its error queue.
const char* openssl_reason();

} // namespace rookery

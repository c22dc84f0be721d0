#include "net/tls/openssl_reason.hpp"

#include <openssl/err.h>

#include <cstring>

namespace rookery {

const char* openssl_reason() {
  const auto code = ERR_get_error(); // the oldest is the cause
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code))
    return std::strerror(ERR_GET_REASON(code));
  const auto* text = ERR_reason_error_string(code);
  return text ? text : "unknown error";
}

} // namespace rookery

#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace rookery {

/// Where an HTTP server listens.
struct http_server {
  std::string host; // a name or an address
  uint16_t port = 80;
};

/// Reads "http://127.0.0.1:9000", with or without a slash at its end.
[[nodiscard]] result<http_server> parse_http_url(const std::string& url);

/// The body of the answer to a GET, which must be a 200 and come within
/// `timeout`. For tools: it blocks the calling thread.
[[nodiscard]] result<std::string> http_get(
    const http_server& from, const std::string& target,
    std::chrono::milliseconds timeout);
/// The same of a POST.
[[nodiscard]] result<std::string> http_post(
    const http_server& to, const std::string& target, const std::string& body,
    std::chrono::milliseconds timeout);

} // namespace rookery

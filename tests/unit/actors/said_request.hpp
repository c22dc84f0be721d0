#pragma once

#include "actors/api/call.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace rookery::testing {

/// A request to the internal HTTP API as a test says it.
struct said_request final : http_request {
  said_request(std::string verb, std::string where, std::string what = {})
      : said_method(std::move(verb))
      , said_target(std::move(where))
      , said_body(std::move(what)) {}

  std::string_view method() const override { return said_method; }
  std::string_view target() const override { return said_target; }
  std::string_view header(std::string_view name) const override {
    return name == "Origin" ? std::string_view{origin} : std::string_view{};
  }
  std::string_view body() const override { return said_body; }
  const std::string& remote_address() const override { return address; }

  std::string said_method;
  std::string said_target;
  std::string said_body;
  std::string origin;
  std::string address = "127.0.0.1";
};

} // namespace rookery::testing

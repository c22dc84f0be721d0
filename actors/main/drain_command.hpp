#pragma once

#include "net/http/client.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace rookery {

struct drain_arguments {
  std::string config;
  std::string url;
  std::optional<uint64_t> rate;
  bool wait = false;
};

/// Where the node answers that a configuration file or a URL names, one of
/// which is empty; nothing after it was said what is wrong.
using node_finder = std::function<std::optional<http_server>(
    const std::string& config, const std::string& url)>;

/// `rookery drain`. `given` and `code`, the exit code, outlive `cli`.
void add_drain(
    CLI::App& cli, drain_arguments& given, node_finder find, int& code);

} // namespace rookery

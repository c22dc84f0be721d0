#pragma once

#include "base/error.hpp"
#include "net/http/client.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

struct nodes_options {
  http_server node; // its internal listener
  bool json = false;
};

/// What the columns mean, for `rookery nodes --help`.
extern const char* const nodes_help;

/// The lines of the table: from the body of GET /nodes, at this time in
/// milliseconds since 1970.
[[nodiscard]] result<std::vector<std::string>>
nodes_table(std::string_view body, int64_t now);

/// `rookery nodes`: prints who is in the cluster, as the node sees it. Returns
/// the exit code.
int run_nodes(const nodes_options& options);

} // namespace rookery

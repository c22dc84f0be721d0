#pragma once

#include "actors/top/tables.hpp"
#include "net/http/client.hpp"

namespace rookery {

struct top_options {
  http_server node; // its internal listener
  top_order by = top_order::depth;
  uint32_t limit = 50; // lines of each table
  bool once = false;
};

/// `rookery top`: shows the slowest connections and the busiest topics of a
/// node, on the terminal until `q`, or once as text. Returns the exit code.
int run_top(const top_options& options);

} // namespace rookery

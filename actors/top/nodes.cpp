#include "actors/top/nodes.hpp"

#include "actors/top/cells.hpp"
#include "base/protocol/json_rows.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace rookery {

namespace {

using namespace cells;

constexpr std::chrono::seconds answer_timeout{5};

std::string line(
    std::string node, std::string state, std::string version,
    const std::vector<std::string>& numbers, std::string address) {
  std::vector<cell> all{
      {std::move(node), 20, false},
      {std::move(state), 8, false},
      {std::move(version), 14, false}};
  for (const auto& one : numbers)
    all.push_back({one, 7});
  all.push_back({std::move(address), 24, false});
  return line_of(all, 0);
}

std::string line_of_node(const json_row& row, int64_t now) {
  const auto text = [&](std::string_view name) {
    return number(static_cast<double>(count(row, name)));
  };
  const auto time = [&](std::string_view name) { return text(name) + "ms"; };
  const auto up = now - static_cast<int64_t>(count(row, "started_at"));
  return line(
      row.text("node"), row.text("state"), row.text("version"),
      {text("connections"), text("users"), text("topics"),
       text("accepts_per_second"), time("journal_lag_ms"),
       text("journal_backlog"),
       age(std::chrono::milliseconds{std::max<int64_t>(up, 0)}),
       time("last_seen_ms")},
      row.text("address"));
}

} // namespace

const char* const nodes_help =
    R"(One line for each node that lives, as the one that is asked sees it; nodes
that died or left are not there. A node on its own is the one line.

  NODE     its name (node.name)
  STATE    joining: not ready for clients; up; draining: takes no new clients;
           leaving
  VERSION  of its program
  CONNS    open connections
  USERS    users that have some
  TOPICS   topics in use
  ACC/S    connections that it accepts in a second
  LAG      how long it takes until the log has what it is given
  BACKLOG  messages that were given to the log and are not there yet
  UP       how long it has run
  SEEN     how long ago it was heard of
  ADDRESS  its internal listener, as it is configured

Facts are at most some heartbeats old (cluster.heartbeat-interval). The exit
code is 0 when the node answered, and 1 otherwise.

  rookery nodes -c node.conf
  rookery nodes --url http://127.0.0.1:9000 --json | jq '.nodes[].node')";

result<std::vector<std::string>>
nodes_table(std::string_view body, int64_t now) {
  const auto rows = read_json_rows(body, "nodes");
  if (!rows)
    return tl::make_unexpected(rows.error());
  std::vector<std::string> lines{line(
      "NODE", "STATE", "VERSION",
      {"CONNS", "USERS", "TOPICS", "ACC/S", "LAG", "BACKLOG", "UP", "SEEN"},
      "ADDRESS")};
  for (const auto& row : *rows)
    lines.push_back(line_of_node(row, now));
  return lines;
}

int run_nodes(const nodes_options& options) {
  const auto complain = [](const failure& why) {
    std::fprintf(stderr, "%s\n", why.message.c_str());
    return 1;
  };
  const auto body = http_get(options.node, "/nodes", answer_timeout);
  if (!body)
    return complain(body.error());
  if (options.json) {
    std::printf("%s\n", body->c_str());
    return 0;
  }
  using namespace std::chrono;
  const auto now = system_clock::now().time_since_epoch();
  const auto lines =
      nodes_table(*body, duration_cast<milliseconds>(now).count());
  if (!lines)
    return complain(lines.error());
  for (const auto& one : *lines)
    std::printf("%s\n", one.c_str());
  return 0;
}

} // namespace rookery

#include "actors/main/drain_command.hpp"

#include "base/protocol/json_object.hpp"

#include <chrono>
#include <cstdio>
#include <thread>

namespace rookery {

namespace {

using namespace std::chrono_literals;

constexpr auto answer_timeout = 5s;
constexpr auto between_looks = 500ms;
/// A node that did not answer so often in a row is gone.
constexpr int silences = 3;

constexpr const char* help =
    R"(The node takes no new clients from then on and says so on /ready. It tells
each client when to go (event `reconnect`), one after the other, and closes
who has not gone by then with code 4000. When all have gone, or drain.limit
is over, it leaves the cluster and ends with exit code 0. SIGTERM does the
same; a second SIGTERM stops a node that drains at once.

Clients go at --rate, or drain.rate, and no faster than the other nodes that
are up can accept them; the window is never shorter than drain.window-min nor
longer than drain.limit. A node that drains already goes on as it began.

EXIT CODES
  0  The drain has begun; with --wait: the node is gone.
  1  The node was not reached, or refuses: it is in no cluster, or no other
     node of its cluster is up. Then only SIGTERM stops it.

EXAMPLES
  rookery drain -c /etc/rookery/node.conf --wait
  rookery drain --url http://10.0.0.7:9000 --rate 50)";

uint64_t
number_in(const std::vector<json_field>& fields, const std::string& name) {
  for (const auto& field : fields)
    if (const auto* number = std::get_if<uint64_t>(&field.value);
        number && field.name == name)
      return *number;
  return 0;
}

bool still_drains(const std::vector<json_field>& fields) {
  for (const auto& field : fields)
    if (const auto* truth = std::get_if<bool>(&field.value))
      if (field.name == "draining")
        return *truth;
  return false;
}

/// Until the node is gone, or there again as another one.
void follow(const http_server& node) {
  uint64_t shown = 0;
  for (int silent = 0; silent < silences;) {
    std::this_thread::sleep_for(between_looks);
    const auto answer = http_get(node, "/drain", answer_timeout);
    const auto fields = answer ? read_json_object(*answer)
                               : tl::make_unexpected(answer.error());
    if (!fields) {
      ++silent;
      continue;
    }
    silent = 0;
    if (!still_drains(*fields)) {
      std::printf("it was restarted meanwhile\n");
      return;
    }
    const auto left = number_in(*fields, "connections");
    if (left != shown) {
      std::printf("%s connections left\n", std::to_string(left).c_str());
      std::fflush(stdout);
    }
    shown = left;
  }
  std::printf("it is gone\n");
}

int drain(const drain_arguments& given, const node_finder& find) {
  const auto node = find(given.config, given.url);
  if (!node)
    return 1;
  const auto body =
      given.rate ? "{\"rate\":" + std::to_string(*given.rate) + "}" : "{}";
  const auto answer = http_post(*node, "/drain", body, answer_timeout);
  const auto fields =
      answer ? read_json_object(*answer) : tl::make_unexpected(answer.error());
  if (!fields) {
    std::fprintf(stderr, "%s\n", fields.error().message.c_str());
    return 1;
  }
  const auto text = [&](const char* name) {
    return std::to_string(number_in(*fields, name));
  };
  std::printf(
      "draining %s connections within %s ms, %s per second at most\n",
      text("connections").c_str(), text("window_ms").c_str(),
      text("rate").c_str());
  std::fflush(stdout);
  if (given.wait)
    follow(*node);
  return 0;
}

} // namespace

void add_drain(
    CLI::App& cli, drain_arguments& given, node_finder find, int& code) {
  auto* command = cli.add_subcommand(
      "drain", "Send the clients of a node to the others, and stop it");
  command->footer(help);
  auto* where = command->add_option_group("node");
  where->require_option(1);
  where->add_option("-c,--config", given.config, "Its configuration file");
  where->add_option(
      "--url", given.url, "Its internal listener: http://HOST:PORT");
  command
      ->add_option(
          "--rate", given.rate,
          "Clients per second, instead of the node's drain.rate")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000}));
  command->add_flag("--wait", given.wait, "Follow it until the node is gone");
  command->callback(
      [&given, &code, find = std::move(find)] { code = drain(given, find); });
}

} // namespace rookery

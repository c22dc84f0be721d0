#include "actors/main/drain_command.hpp"
#include "actors/main/help.hpp"
#include "actors/node/node.hpp"
#include "actors/node_context.hpp"
#include "actors/top/nodes.hpp"
#include "actors/top/top.hpp"
#include "base/config/load.hpp"
#include "base/config/print.hpp"
#include "net/auth/issue.hpp"
#include "net/auth/rights.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>

namespace {

using namespace rookery;

/// The configuration, or nothing after all its errors were printed.
std::optional<config> load_or_complain(const std::string& path) {
  auto loaded = load_config_file(path);
  if (loaded)
    return *std::move(loaded);
  for (const auto& error : loaded.error())
    std::fprintf(stderr, "%s\n", error.to_string().c_str());
  return std::nullopt;
}

int complain(const failure& why) {
  std::fprintf(stderr, "%s\n", why.message.c_str());
  return 1;
}

int serve(const std::string& path) {
  auto settings = load_or_complain(path);
  return settings ? run_node(*std::move(settings)) : 1;
}

int check_config(const std::string& path) {
  if (!load_or_complain(path))
    return 1;
  std::printf("%s: good\n", path.c_str());
  return 0;
}

struct token_options {
  std::string config;
  std::string user;
  std::vector<std::string> topics;
  long ttl_seconds = 3600;
  std::string info;
};

int gen_token(const token_options& options) {
  const auto settings = load_or_complain(options.config);
  if (!settings)
    return 1;
  token_request wanted;
  wanted.user = options.user;
  wanted.info = options.info;
  wanted.ttl = options.ttl_seconds > 0
                   ? std::optional{std::chrono::seconds{options.ttl_seconds}}
                   : std::nullopt;
  if (!options.topics.empty()) {
    wanted.topics.emplace();
    for (const auto& text : options.topics) {
      auto grant = parse_grant(text);
      if (!grant)
        return complain(grant.error());
      wanted.topics->push_back(*std::move(grant));
    }
  }
  const auto token = issue_token(
      settings->session.token, wanted, std::chrono::system_clock::now());
  if (!token)
    return complain(token.error());
  std::printf("%s\n", token->c_str());
  return 0;
}

int check_token(const std::string& path, const std::string& token) {
  const auto settings = load_or_complain(path);
  if (!settings)
    return 1;
  const auto verifier = token_verifier::load(settings->session.token);
  if (!verifier)
    return complain(verifier.error());
  const auto report =
      describe_token(**verifier, token, std::chrono::system_clock::now());
  std::printf("%s", report.text.c_str());
  return report.accepted ? 0 : 1;
}

struct top_arguments {
  std::string config;
  std::string url;
  std::string sort = "depth";
  top_options options;
};

/// Where the node of this configuration answers on this machine.
http_server internal_server_of(const http_config& http) {
  http_server server{http.internal_address, http.internal_port};
  if (server.host == "0.0.0.0")
    server.host = "127.0.0.1";
  else if (server.host == "::")
    server.host = "::1";
  return server;
}

std::optional<http_server>
find_node(const std::string& path, const std::string& url) {
  if (url.empty()) {
    const auto settings = load_or_complain(path);
    return settings ? std::optional{internal_server_of(settings->http)}
                    : std::nullopt;
  }
  const auto server = parse_http_url(url);
  if (server)
    return *server;
  complain({errc::bad_request, "--url: " + server.error().message});
  return std::nullopt;
}

int top(top_arguments& given) {
  const auto order = top_order_of(given.sort);
  if (!order)
    return complain({errc::bad_request, "--sort: no column " + given.sort});
  given.options.by = *order;
  const auto node = find_node(given.config, given.url);
  if (!node)
    return 1;
  given.options.node = *node;
  return run_top(given.options);
}

void add_top(CLI::App& cli, top_arguments& given, int& code) {
  auto* command = cli.add_subcommand(
      "top", "Show the slowest connections and the busiest topics of a node");
  command->footer(help::top);
  auto* where = command->add_option_group("node");
  where->require_option(1);
  where->add_option("-c,--config", given.config, "Its configuration file");
  where->add_option(
      "--url", given.url, "Its internal listener: http://HOST:PORT");
  command
      ->add_option(
          "--sort", given.sort, "depth, bytes, rate, age or user, at first")
      ->capture_default_str();
  command->add_option("--limit", given.options.limit, "Lines of each table")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_flag(
      "--once", given.options.once,
      "Print one look as text, as happens when the output is no terminal");
  command->callback([&] { code = top(given); });
}

struct nodes_arguments {
  std::string config;
  std::string url;
  nodes_options options;
};

int nodes(nodes_arguments& given) {
  const auto node = find_node(given.config, given.url);
  if (!node)
    return 1;
  given.options.node = *node;
  return run_nodes(given.options);
}

void add_nodes(CLI::App& cli, nodes_arguments& given, int& code) {
  auto* command = cli.add_subcommand(
      "nodes", "Show the nodes of the cluster, as one of them sees it");
  command->footer(nodes_help);
  auto* where = command->add_option_group("node");
  where->require_option(1);
  where->add_option(
      "-c,--config", given.config, "Configuration file of the one to ask");
  where->add_option(
      "--url", given.url, "Its internal listener: http://HOST:PORT");
  command->add_flag(
      "--json", given.options.json, "Print the answer of GET /nodes as it is");
  command->callback([&] { code = nodes(given); });
}

CLI::App*
with_config(CLI::App* command, std::string& path, const char* footer) {
  command->footer(footer);
  command->add_option("-c,--config", path, "Configuration file (HOCON)")
      ->required();
  return command;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App cli{
      "Rookery: a WebSocket node for chat rooms and multiplayer lobbies"};
  cli.require_subcommand(1);
  std::string path;
  token_options token;
  std::string given;
  int code = 0;

  cli.footer(help::program);
  with_config(cli.add_subcommand("serve", "Run a node"), path, help::serve)
      ->callback([&] { code = serve(path); });
  with_config(
      cli.add_subcommand("check-config", "Say all that is wrong with a file"),
      path, help::check_config)
      ->callback([&] { code = check_config(path); });
  cli.add_subcommand("default-config", "Print every option with its default")
      ->footer(help::default_config)
      ->callback([] { std::cout << default_config(); });
  cli.add_subcommand("version", "Print the version")->callback([] {
    std::cout << server_version << "\n";
  });
  auto* gen = with_config(
      cli.add_subcommand(
          "gen-token", "Make a token for a user, for trying out"),
      token.config, help::gen_token);
  gen->add_option("-u,--user", token.user, "Who the token is for")->required();
  gen->add_option(
      "--topics", token.topics,
      "Rights: chat.* (all) or chat.*:subscribe,publish");
  gen->add_option("--ttl", token.ttl_seconds, "Seconds; 0: never expires")
      ->capture_default_str();
  gen->add_option("--info", token.info, "JSON that other members are shown");
  gen->callback([&] { code = gen_token(token); });
  auto* check = with_config(
      cli.add_subcommand(
          "check-token", "Say what a token says, or why it is bad"),
      path, help::check_token);
  check->add_option("token", given, "The token")->required();
  check->callback([&] { code = check_token(path, given); });

  top_arguments shown;
  add_top(cli, shown, code);
  nodes_arguments seen;
  add_nodes(cli, seen, code);
  drain_arguments drained;
  add_drain(cli, drained, find_node, code);

  CLI11_PARSE(cli, argc, argv);
  return code;
}

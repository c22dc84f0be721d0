#include "bench/load/works.hpp"

#include <CLI/CLI.hpp>
#include <rapidjson/ostreamwrapper.h>
#include <rapidjson/writer.h>

#include <csignal>
#include <iostream>
#include <string_view>
#include <sys/resource.h>

namespace rookery::load {

namespace {

double own_cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  auto seconds_of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec)
           + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

double microseconds(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e3;
}

/// One line of JSON, the last that this program prints.
void print(const outcome& result) {
  rapidjson::OStreamWrapper out{std::cout};
  rapidjson::Writer<rapidjson::OStreamWrapper> json{out};
  auto count = [&](const char* key, uint64_t value) {
    json.Key(key);
    json.Uint64(value);
  };
  auto measure = [&](const char* key, double value) {
    json.Key(key);
    json.Double(value);
  };
  json.StartObject();
  measure("seconds", result.seconds);
  count("connections", result.connections);
  count("few", result.few);
  count("resumed", result.resumed);
  count("published", result.published);
  count("deliveries", result.deliveries);
  count("receipts", result.receipts);
  count("lost", result.judged.lost);
  count("duplicated", result.judged.duplicated);
  count("reordered", result.judged.reordered);
  count("corrupt", result.corrupt);
  count("broken", result.broken);
  json.Key("broken_why");
  json.String(result.broken_why.c_str());
  measure("latency_p50_us", microseconds(result.latency.quantile(0.5)));
  measure("latency_p99_us", microseconds(result.latency.quantile(0.99)));
  measure("latency_max_us", microseconds(result.latency.max()));
  measure("load_cpu_seconds", own_cpu_seconds());
  json.EndObject();
  std::cout << std::endl;
}

struct arguments {
  target_options target;
  fan_out_options fan_out;
  idle_options idle;
  handshake_options handshakes;
  receipts_options receipts;
  replay_options replay;
  reconnect_options reconnect;
  bool in_step = false;
};

CLI::Option*
add_seconds(CLI::App& app, const char* name, seconds& value, const char* text) {
  return app
      .add_option_function<double>(
          name, [&value](double given) { value = seconds{given}; }, text)
      ->check(CLI::NonNegativeNumber)
      ->default_str(std::to_string(value.count()));
}

void add_target(CLI::App& app, arguments& into) {
  auto& target = into.target;
  app.add_option("--dialect", target.dialect, "what the server speaks")
      ->check(CLI::IsMember(dialect_names()))
      ->capture_default_str();
  app.add_option(
         "--port", target.ports,
         "of the server on 127.0.0.1; of several, by commas")
      ->delimiter(',')
      ->required();
  app.add_option("--token", target.token, "a JWT for every connection");
  app.add_flag("--tls", target.tls, "TLS 1.3, any certificate");
  app.add_flag("--resume", target.resume, "take up earlier TLS sessions");
  app.add_option_function<uint32_t>(
      "--rest-us",
      [&target](uint32_t given) {
        target.rest = std::chrono::microseconds{given};
      },
      "rest between two looks at the sockets");
  app.add_flag(
      "--in-step", into.in_step,
      "after each signal, wait for a line on the standard input");
}

CLI::App* add_fan_out(CLI::App& app, fan_out_options& into) {
  auto* work = app.add_subcommand("fan-out", "publish to subscribers");
  work->add_option("--topics", into.topics)->capture_default_str();
  work->add_option("--subscribers", into.subscribers, "of each topic")
      ->capture_default_str();
  work->add_option(
          "--rate", into.rate,
          "publishes per second and topic; 0 for as many as go")
      ->capture_default_str();
  work->add_option(
          "--window", into.window, "publishes under way when as many as go")
      ->capture_default_str();
  work->add_option("--payload", into.payload_bytes, "bytes")
      ->capture_default_str();
  add_seconds(*work, "--warm-up", into.warm_up, "before measuring");
  add_seconds(*work, "--seconds", into.measure, "to measure");
  add_seconds(
      *work, "--patience", into.patience,
      "without a delivery until what is missing counts as lost");
  return work;
}

CLI::App* add_idle(CLI::App& app, idle_options& into) {
  auto* work = app.add_subcommand("idle", "hold silent subscribers");
  work->add_option("--connections", into.connections)->capture_default_str();
  work->add_option("--topics", into.topics, "that they are spread over")
      ->capture_default_str();
  work->add_option(
          "--before", into.before,
          "connections that come before the first reading")
      ->capture_default_str();
  add_seconds(*work, "--settle", into.settle, "before each reading");
  add_seconds(*work, "--seconds", into.hold, "to hold");
  return work;
}

void add_handshakes(CLI::App& app, handshake_options& into) {
  auto* work = app.add_subcommand("handshakes", "connect and leave");
  work->add_option("--at-once", into.at_once)->capture_default_str();
  add_seconds(*work, "--warm-up", into.warm_up, "before measuring");
  add_seconds(*work, "--seconds", into.measure, "to measure");
}

CLI::App* add_receipts(CLI::App& app, receipts_options& into) {
  auto* work = app.add_subcommand("receipts", "publish and await the receipts");
  work->add_option("--publishers", into.publishers)->capture_default_str();
  work->add_option("--topics", into.topics, "that they are spread over")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  work->add_option("--window", into.window, "publishes of each under way")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  work->add_option(
          "--rate", into.rate,
          "publishes per second of all together; 0 for as many as go")
      ->capture_default_str();
  work->add_option("--payload", into.payload_bytes, "bytes")
      ->capture_default_str();
  add_seconds(*work, "--warm-up", into.warm_up, "before measuring");
  add_seconds(*work, "--seconds", into.measure, "to measure");
  return work;
}

/// What the works of those who come back have in common.
template <class Options>
CLI::App* add_comeback(CLI::App* work, Options& into) {
  work->add_option("--clients", into.clients)->capture_default_str();
  work->add_option("--topics", into.topics, "that they are spread over")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  work->add_option("--missed", into.missed, "events of each topic")
      ->capture_default_str();
  work->add_option("--payload", into.payload_bytes, "bytes")
      ->capture_default_str();
  return work;
}

CLI::App* add_replay(CLI::App& app, replay_options& into) {
  return add_comeback(
      app.add_subcommand("replay", "subscribe all at once from a position"),
      into);
}

CLI::App* add_reconnect(CLI::App& app, reconnect_options& into) {
  auto* work = add_comeback(
      app.add_subcommand("reconnect", "drop subscribers, let them come back"),
      into);
  work->add_option("--at-once", into.at_once, "clients under way")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  return work;
}

int run(int count, char** words) {
  arguments given;
  CLI::App app{"Loads a WebSocket server and checks what it delivers"};
  app.require_subcommand(1);
  add_target(app, given);
  auto* fan_out_work = add_fan_out(app, given.fan_out);
  auto* idle_work = add_idle(app, given.idle);
  auto* receipts_work = add_receipts(app, given.receipts);
  auto* replay_work = add_replay(app, given.replay);
  auto* reconnect_work = add_reconnect(app, given.reconnect);
  add_handshakes(app, given.handshakes);
  CLI11_PARSE(app, count, words);
  signals tell{given.in_step};
  if (fan_out_work->parsed())
    print(fan_out(given.target, given.fan_out, tell));
  else if (idle_work->parsed())
    print(idle(given.target, given.idle, tell));
  else if (receipts_work->parsed())
    print(receipts(given.target, given.receipts, tell));
  else if (replay_work->parsed())
    print(replay(given.target, given.replay, tell));
  else if (reconnect_work->parsed())
    print(reconnect(given.target, given.reconnect, tell));
  else
    print(handshakes(given.target, given.handshakes, tell));
  return 0;
}

} // namespace

} // namespace rookery::load

int main(int count, char** words) {
  // OpenSSL writes to sockets in ways that raise it.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return rookery::load::run(count, words);
  } catch (const std::exception& error) {
    std::cerr << "rookery-load: " << error.what() << '\n';
    return 1;
  }
}

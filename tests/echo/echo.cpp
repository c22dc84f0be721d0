#include "base/log.hpp"
#include "net/http/listener.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

// rookery-echo [--port N] [--deflate] [--tls CERT KEY]: sends every message
// back on the very transport of the product. Its time-outs can be made short,
// so that tests need not wait for the product's.

namespace rookery {

namespace {

struct nobody final : admission {};

class echo_connection final : public link_owner {
public:
  echo_connection(
      io_thread& home, const transport_settings& settings,
      upgraded_socket&& socket)
      : transport_(
          home, settings, *this, std::move(socket.socket), socket.terms) {
    transport_.start(socket.early, socket.answer);
  }

private:
  void on_message(std::string_view payload, bool binary) override {
    // A full outbox stops the reading, so nothing is ever refused here.
    transport_.send(binary ? ws::opcode::binary : ws::opcode::text, payload);
    transport_.grant(1);
  }
  void on_blocked() override {}
  void on_room() override {}
  void on_closing(close_code) override {}
  void on_closed() override { delete this; }

  transport transport_;
};

class echo_app final : public http_app {
public:
  explicit echo_app(const transport_settings& settings)
      : settings_(settings) {}

private:
  std::unique_ptr<admission>
  admit(const http_request&, http_response&) override {
    return std::make_unique<nobody>();
  }
  void adopt(io_thread& home, upgraded_socket&& socket) override {
    new echo_connection{home, settings_, std::move(socket)};
  }
  void serve(const http_request&, const http_responder& respond) override {
    respond({404, "text/plain; charset=utf-8", "only WebSockets here\n", {}});
  }

  const transport_settings& settings_;
};

struct options {
  uint16_t port = 9001;
  bool deflate = false;
  std::vector<std::string> tls;
  transport_settings transport;
  http_settings http;
};

constexpr std::size_t message_bytes_max = 64 * 1024 * 1024;

int run(const options& chosen) {
  auto http = chosen.http;
  http.websocket_path = "/";
  http.deflate = chosen.deflate;
  if (!chosen.tls.empty()) {
    tls_config tls;
    tls.certificate = chosen.tls[0];
    tls.key = chosen.tls[1];
    auto context = tls_context::load(std::move(tls));
    if (!context) {
      std::fprintf(stderr, "%s\n", context.error().message.c_str());
      return 1;
    }
    http.tls = *context;
  }
  auto transport = chosen.transport;
  transport.outbox = {1'000'000, 2 * message_bytes_max};
  transport.compress_bytes_min = 0;
  echo_app app{transport};
  io_thread thread{{send_way::io_uring, message_bytes_max, 1}};
  auto door = listener::open("127.0.0.1", chosen.port, {&thread}, http, app);
  if (!door) {
    std::fprintf(stderr, "%s\n", door.error().message.c_str());
    return 1;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread.start({});
  std::printf("listening on 127.0.0.1:%u\n", unsigned{(*door)->port()});
  std::fflush(stdout);
  int got = 0;
  sigwait(&signals, &got);
  thread.stop();
  return 0;
}

/// An option for a time-out in milliseconds.
void add_time_out(
    CLI::App& cli, const char* name, std::chrono::milliseconds& value,
    const char* what) {
  cli.add_option_function<uint32_t>(
      name, [&value](uint32_t ms) { value = std::chrono::milliseconds{ms}; },
      what);
}

} // namespace

} // namespace rookery

int main(int argc, char** argv) {
  rookery::options chosen;
  CLI::App cli{"Echoes WebSocket messages on Rookery's transport"};
  cli.add_option("--port", chosen.port, "Port on 127.0.0.1; 0 takes a free one")
      ->capture_default_str();
  cli.add_flag("--deflate", chosen.deflate, "Offer permessage-deflate");
  cli.add_option("--tls", chosen.tls, "Certificate and key (PEM files)")
      ->expected(2);
  rookery::add_time_out(
      cli, "--ping-interval-ms", chosen.transport.ping_interval,
      "How long a connection may be silent before a ping");
  rookery::add_time_out(
      cli, "--pong-timeout-ms", chosen.transport.pong_timeout,
      "How long its answer may take");
  rookery::add_time_out(
      cli, "--close-timeout-ms", chosen.transport.close_timeout,
      "How long each step of a closing handshake may take");
  rookery::add_time_out(
      cli, "--request-timeout-ms", chosen.http.request_timeout,
      "How long an HTTP request may take");
  CLI11_PARSE(cli, argc, argv);
  return rookery::run(chosen);
}

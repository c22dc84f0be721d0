#include "bench/load/dialects.hpp"

#include <charconv>

namespace rookery::load {

namespace {

constexpr std::string_view line_end = "\r\n";

// The number of bytes that "MSG <subject> <sid> <bytes>" announces.
std::size_t announced_bytes(std::string_view line) {
  auto number = line.substr(line.rfind(' ') + 1);
  std::size_t bytes = 0;
  std::from_chars(number.data(), number.data() + number.size(), bytes);
  return bytes;
}

class nats_dialect final : public dialect {
public:
  std::string target() const override { return "/"; }

  opcode carrier() const override { return opcode::binary; }

  void on_upgraded(peer&) const override {}

  // A frame may end anywhere in the stream of lines and payloads.
  void on_message(peer& at, std::string_view message) const override {
    if (at.rest.empty()) {
      take_all(at, message);
      at.rest = message;
      return;
    }
    auto bytes = std::move(at.rest);
    bytes += message;
    std::string_view unread = bytes;
    take_all(at, unread);
    at.rest = unread;
  }

  std::string
  publish(const std::string& topic, const std::string& payload) const override {
    return "PUB " + topic + " " + std::to_string(payload.size()) + "\r\n"
           + payload + "\r\n";
  }

private:
  static void take_all(peer& at, std::string_view& bytes) {
    for (;;) {
      auto end = bytes.find(line_end);
      if (end == std::string_view::npos)
        return;
      auto line = bytes.substr(0, end);
      auto after = end + line_end.size();
      if (line.starts_with("MSG ")) {
        auto length = announced_bytes(line) + line_end.size();
        if (bytes.size() - after < length)
          return;
        at.received(bytes.substr(after, length));
        after += length;
      } else {
        on_line(at, line);
      }
      bytes.remove_prefix(after);
    }
  }

  static void on_line(peer& at, std::string_view line) {
    if (line.starts_with("INFO ") && at.stage == 0)
      at.send("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n");
    else if (line == "PING")
      at.send("PONG\r\n");
    else if (line == "PONG")
      on_pong(at);
    else if (line.starts_with("-ERR"))
      at.refused(line);
  }

  // The first one says that the connection stands, the second one that the
  // subscription does.
  static void on_pong(peer& at) {
    if (++at.stage == 1 && at.plays() == role::subscriber)
      at.send("SUB " + at.topic() + " 1\r\nPING\r\n");
    else
      at.opened();
  }
};

} // namespace

std::unique_ptr<dialect> make_nats_dialect() {
  return std::make_unique<nats_dialect>();
}

} // namespace rookery::load

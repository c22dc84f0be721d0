#include "bench/load/dialects.hpp"
#include "bench/load/payload.hpp"

namespace rookery::load {

namespace {

class centrifugo_dialect final : public dialect {
public:
  explicit centrifugo_dialect(std::string token)
      : token_(std::move(token)) {}

  std::string target() const override { return "/connection/websocket"; }

  void on_upgraded(peer& at) const override {
    if (token_.empty())
      at.send(R"({"id":1,"connect":{}})");
    else
      at.send(R"({"id":1,"connect":{"token":")" + token_ + R"("}})");
  }

  void on_message(peer& at, std::string_view message) const override {
    while (!message.empty()) {
      auto line = message.substr(0, message.find('\n'));
      message.remove_prefix(std::min(line.size() + 1, message.size()));
      on_line(at, line);
    }
  }

  std::string
  publish(const std::string& topic, const std::string& payload) const override {
    return R"({"id":3,"publish":{"channel":")" + topic + R"(","data":")"
           + payload + R"("}})";
  }

private:
  static void on_line(peer& at, std::string_view line) {
    auto has = [&](std::string_view part) {
      return line.find(part) != std::string_view::npos;
    };
    if (has(payload_format::mark))
      at.received(line);
    else if (line == "{}") // a ping, and its pong
      at.send("{}");
    else if (has(R"("error":)") || has(R"("disconnect":)"))
      at.refused(line);
    else if (has(R"("id":1,)"))
      on_connected(at);
    else if (has(R"("id":2,)"))
      at.opened();
  }

  static void on_connected(peer& at) {
    if (at.plays() == role::subscriber)
      at.send(R"({"id":2,"subscribe":{"channel":")" + at.topic() + R"("}})");
    else
      at.opened();
  }

  std::string token_;
};

} // namespace

std::unique_ptr<dialect> make_centrifugo_dialect(const std::string& token) {
  return std::make_unique<centrifugo_dialect>(token);
}

} // namespace rookery::load

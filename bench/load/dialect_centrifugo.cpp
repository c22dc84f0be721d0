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

  std::string publish_for_receipt(
      const std::string& topic, const std::string& payload,
      uint32_t id) const override {
    return R"({"id":)" + std::to_string(id) + R"(,"publish":{"channel":")"
           + topic + R"(","data":")" + payload + R"("}})";
  }

  std::string subscribe(const peer& at) const override {
    auto message = R"({"id":2,"subscribe":{"channel":")" + at.topic() + '"';
    if (at.since)
      message += R"(,"recover":true,"epoch":")" + at.since->epoch
                 + R"(","offset":)" + std::to_string(at.since->offset);
    return message + "}}";
  }

private:
  void on_line(peer& at, std::string_view line) const {
    auto has = [&](std::string_view part) {
      return line.find(part) != std::string_view::npos;
    };
    if (has(R"("id":2,)"))
      on_subscribed(at, line);
    else if (has(payload_format::mark))
      at.received(line);
    else if (line == "{}") // a ping, and its pong
      at.send("{}");
    else if (has(R"("error":)") || has(R"("disconnect":)"))
      at.refused(line);
    else if (has(R"("id":1,)"))
      on_connected(at);
    else if (has(R"("publish":)"))
      at.receipt(static_cast<uint32_t>(number_after(line, R"("id":)")), 0);
  }

  void on_connected(peer& at) const {
    if (at.plays() == role::subscriber)
      at.send(subscribe(at));
    else
      at.opened();
  }

  // What was missed is in the answer itself, and its offsets before the one
  // of the channel.
  static void on_subscribed(peer& at, std::string_view line) {
    auto has = [&](std::string_view part) {
      return line.find(part) != std::string_view::npos;
    };
    if (has(R"("error":)") || (at.since && !has(R"("recovered":true)")))
      return at.refused(line);
    if (auto epoch = text_after(line, R"("epoch":)"); !epoch.empty())
      at.since =
          position{std::string{epoch}, number_after(line, R"("offset":)")};
    at.opened();
    if (has(payload_format::mark))
      at.received(line);
    at.live();
  }

  std::string token_;
};

} // namespace

std::unique_ptr<dialect> make_centrifugo_dialect(const std::string& token) {
  return std::make_unique<centrifugo_dialect>(token);
}

} // namespace rookery::load

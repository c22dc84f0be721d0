#include "bench/load/dialects.hpp"
#include "bench/load/payload.hpp"

namespace rookery::load {

namespace {

constexpr std::string_view event_key = R"("event":")";

// The server writes its JSON without spaces.
std::string_view event_of(std::string_view message) {
  auto start = message.find(event_key);
  if (start == std::string_view::npos)
    return {};
  message.remove_prefix(start + event_key.size());
  return message.substr(0, message.find('"'));
}

class rookery_dialect final : public dialect {
public:
  explicit rookery_dialect(std::string token)
      : token_(std::move(token)) {}

  std::string target() const override {
    return token_.empty() ? "/ws" : "/ws?token=" + token_;
  }

  std::string_view subprotocol() const override { return "rookery.v1.json"; }

  void on_upgraded(peer&) const override {}

  void on_message(peer& at, std::string_view message) const override {
    if (message.find(payload_format::mark) != std::string_view::npos)
      return at.received(message);
    auto event = event_of(message);
    if (event == "welcome")
      on_welcome(at);
    else if (event == "reply")
      at.opened();
    else if (event == "error")
      at.refused(message);
  }

  // Without an id, so that no answer is owed.
  std::string
  publish(const std::string& topic, const std::string& payload) const override {
    return R"({"event":"publish","topic":")" + topic + R"(","data":")" + payload
           + R"("})";
  }

private:
  static void on_welcome(peer& at) {
    if (at.plays() == role::subscriber)
      at.send(
          R"({"event":"subscribe","id":1,"topic":")" + at.topic() + R"("})");
    else
      at.opened();
  }

  std::string token_;
};

} // namespace

std::unique_ptr<dialect> make_rookery_dialect(const std::string& token) {
  return std::make_unique<rookery_dialect>(token);
}

} // namespace rookery::load

#include "bench/load/dialects.hpp"
#include "bench/load/payload.hpp"

namespace rookery::load {

namespace {

constexpr std::string_view event_key = R"("event":")";
constexpr uint32_t subscribe_id = 1;

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
      on_reply(at, message);
    else if (event == "live")
      on_live(at, message);
    else if (event == "error")
      at.refused(message);
  }

  // Without an id, so that no answer is owed.
  std::string
  publish(const std::string& topic, const std::string& payload) const override {
    return R"({"event":"publish","topic":")" + topic + R"(","data":")" + payload
           + R"("})";
  }

  std::string publish_for_receipt(
      const std::string& topic, const std::string& payload,
      uint32_t id) const override {
    return R"({"event":"publish","id":)" + std::to_string(id) + R"(,"topic":")"
           + topic + R"(","data":")" + payload + R"("})";
  }

  std::string subscribe(const peer& at) const override {
    auto message = R"({"event":"subscribe","id":)"
                   + std::to_string(subscribe_id) + R"(,"topic":")" + at.topic()
                   + '"';
    if (at.since)
      message += R"(,"since":{"epoch":")" + at.since->epoch + R"(","offset":)"
                 + std::to_string(at.since->offset) + '}';
    return message + '}';
  }

private:
  void on_welcome(peer& at) const {
    if (at.plays() == role::subscriber)
      at.send(subscribe(at));
    else
      at.opened();
  }

  static void on_reply(peer& at, std::string_view message) {
    auto id = number_after(message, R"("id":)");
    auto offset = number_after(message, R"("offset":)");
    if (id != subscribe_id)
      return at.receipt(static_cast<uint32_t>(id), offset);
    auto recovered =
        message.find(R"("recovered":true)") != std::string_view::npos;
    if (at.since && !recovered)
      return at.refused(message);
    if (auto epoch = text_after(message, R"("epoch":)"); !epoch.empty())
      at.since = position{std::string{epoch}, offset};
    at.opened();
  }

  static void on_live(peer& at, std::string_view message) {
    if (at.since)
      at.since->offset = number_after(message, R"("offset":)");
    at.live();
  }

  std::string token_;
};

} // namespace

std::unique_ptr<dialect> make_rookery_dialect(const std::string& token) {
  return std::make_unique<rookery_dialect>(token);
}

} // namespace rookery::load

#include "bench/load/dialects.hpp"
#include "bench/load/payload.hpp"

namespace rookery::load {

namespace {

// The first digit of a packet is Engine.IO's (0 open, 2 ping, 3 pong, 4
// message), the second Socket.IO's (0 connect, 2 event, 3 answer, 4 refusal).
class socketio_dialect final : public dialect {
public:
  std::string target() const override {
    return "/socket.io/?EIO=4&transport=websocket";
  }

  void on_upgraded(peer&) const override {}

  void on_message(peer& at, std::string_view message) const override {
    if (message.starts_with("42"))
      at.received(message);
    else if (message == "2")
      at.send("3");
    else if (message.starts_with("0"))
      at.send("40");
    else if (message.starts_with("40"))
      on_connected(at);
    else if (message.starts_with("431"))
      at.opened();
    else if (message.starts_with("44"))
      at.refused(message);
  }

  std::string
  publish(const std::string& topic, const std::string& payload) const override {
    return R"(42["publish",")" + topic + R"(",")" + payload + R"("])";
  }

private:
  // The event asks for an answer by its number, 1.
  static void on_connected(peer& at) {
    if (at.plays() == role::subscriber)
      at.send(R"(421["subscribe",")" + at.topic() + R"("])");
    else
      at.opened();
  }
};

} // namespace

std::unique_ptr<dialect> make_socketio_dialect() {
  return std::make_unique<socketio_dialect>();
}

} // namespace rookery::load

#include "bench/load/dialects.hpp"

namespace rookery::load {

namespace {

class plain_dialect final : public dialect {
public:
  std::string target() const override { return "/"; }

  void on_upgraded(peer& at) const override {
    if (at.plays() == role::subscriber)
      at.send("s" + at.topic());
    else
      at.opened();
  }

  void on_message(peer& at, std::string_view message) const override {
    if (message == "ok")
      at.opened();
    else
      at.received(message);
  }

  std::string
  publish(const std::string& topic, const std::string& payload) const override {
    return "p" + topic + " " + payload;
  }
};

} // namespace

std::unique_ptr<dialect> make_plain_dialect() {
  return std::make_unique<plain_dialect>();
}

} // namespace rookery::load

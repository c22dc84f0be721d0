#include "bench/load/dialect.hpp"

#include "bench/load/dialects.hpp"

#include <stdexcept>

namespace rookery::load {

std::string dialect::publish_for_receipt(
    const std::string&, const std::string&, uint32_t) const {
  throw std::invalid_argument("no receipts in this dialect");
}

std::string dialect::subscribe(const peer&) const {
  throw std::invalid_argument("no logs in this dialect");
}

std::unique_ptr<dialect>
make_dialect(std::string_view name, const std::string& token) {
  if (name == "rookery")
    return make_rookery_dialect(token);
  if (name == "plain")
    return make_plain_dialect();
  if (name == "nats")
    return make_nats_dialect();
  if (name == "centrifugo")
    return make_centrifugo_dialect(token);
  if (name == "socketio")
    return make_socketio_dialect();
  return nullptr;
}

std::vector<std::string> dialect_names() {
  return {"rookery", "plain", "nats", "centrifugo", "socketio"};
}

} // namespace rookery::load

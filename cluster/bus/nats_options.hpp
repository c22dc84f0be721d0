#pragma once

#include "cluster/bus/nats_bus.hpp"

#include <nats/nats.h>

#include <memory>
#include <string>
#include <string_view>

namespace rookery {

struct nats_free {
  void operator()(natsOptions* it) const { natsOptions_Destroy(it); }
  void operator()(natsConnection* it) const { natsConnection_Destroy(it); }
  void operator()(natsSubscription* it) const { natsSubscription_Destroy(it); }
  void operator()(natsMsg* it) const { natsMsg_Destroy(it); }
};
template <class T>
using nats_ptr = std::unique_ptr<T, nats_free>;

/// Opens the library, once, until the process ends. Thread: any.
[[nodiscard]] result<void> use_nats_library(int delivery_threads);

/// All but the callbacks.
[[nodiscard]] result<nats_ptr<natsOptions>>
nats_options(const nats_bus_settings& settings);

/// A server's URL without its login.
[[nodiscard]] std::string without_login(std::string_view url);
[[nodiscard]] std::string server_names(const nats_bus_settings& settings);
/// What the library says of the last call of this thread.
[[nodiscard]] std::string nats_text(natsStatus status);

} // namespace rookery

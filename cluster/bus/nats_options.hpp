#pragma once

#include "cluster/bus/nats_bus.hpp"

#include <nats/nats.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rookery {

struct nats_free {
  void operator()(natsOptions* it) const { natsOptions_Destroy(it); }
  void operator()(natsConnection* it) const { natsConnection_Destroy(it); }
  void operator()(natsSubscription* it) const { natsSubscription_Destroy(it); }
  void operator()(natsMsg* it) const { natsMsg_Destroy(it); }
};
template <class T>
using nats_ptr = std::unique_ptr<T, nats_free>;

/// Where messages end. NATS.c has a thread that frees them, which each one
/// wakes that is given to it alone: so they are given to it together. Up to 64
/// of them, or those that have 64 KiB of bytes, stay until others come.
///
/// Thread: any.
class nats_bin {
public:
  void take(nats_ptr<natsMsg> one) {
    const std::lock_guard guard{lock_};
    bytes_ += static_cast<std::size_t>(natsMsg_GetDataLength(one.get()));
    kept_.push_back(std::move(one));
    if (kept_.size() < messages_max && bytes_ < bytes_max)
      return;
    kept_.clear();
    bytes_ = 0;
  }

private:
  static constexpr std::size_t messages_max = 64;
  static constexpr std::size_t bytes_max = std::size_t{64} * 1024;

  std::mutex lock_;
  std::vector<nats_ptr<natsMsg>> kept_;
  std::size_t bytes_ = 0;
};

/// Opens the library, once, until the process ends. Thread: any.
[[nodiscard]] result<void> use_nats_library(int delivery_threads);

/// All but the callbacks.
[[nodiscard]] result<nats_ptr<natsOptions>>
nats_options(const nats_bus_settings& settings);

/// Connects as NATS.c does, but for its login: it leaves out a signature that
/// begins with a zero byte, as one of 256 does, and the server refuses it. So a
/// login that signs is tried with up to three challenges.
[[nodiscard]] natsStatus nats_connect(
    natsConnection** made, natsOptions* options, const nats_login& login);

/// A server's URL without its login.
[[nodiscard]] std::string without_login(std::string_view url);
[[nodiscard]] std::string server_names(const nats_bus_settings& settings);
/// What the library says of the last call of this thread.
[[nodiscard]] std::string nats_text(natsStatus status);

} // namespace rookery

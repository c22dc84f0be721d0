#pragma once

#include "base/error.hpp"
#include "cluster/jetstream/jetstream_settings.hpp"
#include "cluster/jetstream/stream_names.hpp"

#include <nats/nats.h>

#include <string>

namespace rookery {

/// The stream of the log as it was found.
struct log_stream {
  std::string epoch;
  uint64_t last_sequence = 0;
};

/// `bad_request`: what can not work with any server.
result<void> check_settings(const jetstream_settings& of);

/// Makes both streams, or adapts the limits of those that are there, and the
/// subjects of images. A log without an epoch gets one (stream_epoch.hpp). What
/// can not be adapted (other subjects, storage, republishing) is a `conflict`
/// that says what differs; a server or an account without JetStream is a
/// `bad_request`. Blocks, each of at most fourteen
/// requests for `try_deadline`.
result<log_stream>
ensure_streams(natsConnection* at, const jetstream_settings& settings);

} // namespace rookery

#pragma once

#include "base/error.hpp"
#include "cluster/jetstream/jetstream_settings.hpp"

#include <nats/nats.h>

#include <string>

namespace rookery {

/// The names that belong to one `jetstream_settings::name`.
struct stream_names {
  explicit stream_names(const std::string& name)
      : log("log-" + name)
      , image("image-" + name)
      , log_prefix("log." + name + ".")
      , live_prefix("live." + name + ".")
      , image_prefix("image." + name + ".") {}

  std::string log; // streams
  std::string image;
  std::string log_prefix; // subjects, before the token of a topic
  std::string live_prefix;
  std::string image_prefix;
};

/// The stream of the log as it was found.
struct log_stream {
  std::string epoch; // when it was made
  uint64_t last_sequence = 0;
};

/// Makes both streams, or adapts the limits of those that are there. What can
/// not be adapted (subjects, storage, republishing) is a `conflict` that says
/// what differs. Blocks, each of at most six requests for `try_deadline`.
result<log_stream>
ensure_streams(natsConnection* at, const jetstream_settings& settings);

} // namespace rookery

#pragma once

#include "base/error.hpp"
#include "cluster/jetstream/jetstream_settings.hpp"

#include <nats/nats.h>

#include <string>
#include <string_view>

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

/// The same of what the server says about a stream, in JSON. Empty: it does not
/// say it.
std::string epoch_of_info(std::string_view json);

/// `bad_request`: what can not work with any server.
result<void> check_settings(const jetstream_settings& of);

/// Makes both streams, or adapts the limits of those that are there, and the
/// subjects of images. What can not be adapted (other subjects, storage,
/// republishing) is a `conflict` that says what differs; a server or an account
/// without JetStream is a `bad_request`. Blocks, each of at most six requests
/// for `try_deadline`.
result<log_stream>
ensure_streams(natsConnection* at, const jetstream_settings& settings);

} // namespace rookery

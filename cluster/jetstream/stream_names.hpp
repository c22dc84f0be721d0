#pragma once

#include <string>

namespace rookery {

/// The names that belong to one `jetstream_settings::name`.
struct stream_names {
  explicit stream_names(const std::string& name)
      : log("log-" + name)
      , image("image-" + name)
      , log_prefix("log." + name + ".")
      , live_prefix("live." + name + ".")
      , image_prefix("image." + name + ".")
      , claim_prefix(image_prefix + "$epoch.") {}

  std::string log; // streams
  std::string image;
  std::string log_prefix; // subjects, before the token of a topic
  std::string live_prefix;
  std::string image_prefix;
  std::string claim_prefix; // before an epoch; no topic's token has a '$'
};

} // namespace rookery

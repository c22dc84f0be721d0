#pragma once

#include "base/error.hpp"
#include "cluster/jetstream/jetstream_settings.hpp"
#include "cluster/jetstream/received.hpp"
#include "cluster/jetstream/stream_names.hpp"

#include <nats/nats.h>

#include <string>
#include <string_view>

namespace rookery {

/// The epoch of a log is a word in the description of its stream. The server's
/// time of creation would not do: nodes that start at once each ask for the
/// stream, and replicas then keep different times (nats-server 2.9.10).

/// "log of Rookery, epoch 3f9a12c4b07d51".
std::string describe_epoch(const std::string& epoch);

/// Empty: the description names none, or not 1 to 32 letters and digits.
std::string epoch_of_description(std::string_view text);

/// The same of what the server says about a stream, in JSON.
std::string epoch_of_info(std::string_view json);

/// Nodes that find a log without an epoch agree on one. Each stores a claim, a
/// message `image.<name>.$epoch.<epoch>`, and the first that the stream of
/// images holds is that of all. Who gets an epoch has to look at the log again:
/// another may have given it one, and forgotten the claims, before.
///
/// Thread: any, one at a time. Blocks, `try_deadline` for each request.
class epoch_claims {
public:
  epoch_claims(
      natsConnection* at, const stream_names& names,
      const jetstream_settings& settings)
      : at_(at)
      , names_(names)
      , settings_(settings) {}

  /// Empty: another has forgotten the claims, or the claim was not stored.
  /// `not_available`: NATS does not answer. The stream of images must be there.
  result<std::string> agree();
  /// Once the log has its epoch.
  void forget();

private:
  result<jetstream_reply>
  ask(const std::string& subject, const std::string& with);

  natsConnection* at_;
  const stream_names& names_;
  const jetstream_settings& settings_;
};

} // namespace rookery

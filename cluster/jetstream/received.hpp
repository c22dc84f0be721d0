#pragma once

#include <nats/nats.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace rookery {

/// What came back for a request.
struct jetstream_reply {
  enum class kind : uint8_t {
    message,
    not_found, // there is no such message
    nobody,    // no responders: no stream, or no leader of it
    refused,   // no leader; asked again, it may have one
    timeout,
    away // not sent: there is no connection
  };
  kind what = kind::timeout;
  // Of `message`. Headers are empty or 0 where there are none.
  std::string data;
  std::string message_id; // Nats-Msg-Id
  std::string subject;    // Nats-Subject
  uint64_t sequence = 0;  // Nats-Sequence

  bool ok() const noexcept { return what == kind::message; }
};

/// A stored message as it was sent on.
struct live_message {
  uint64_t sequence = 0;
  uint64_t last = 0; // of the subject before it; 0: nothing that is left
  std::string id;    // Nats-Msg-Id
  std::string data;
};

/// As long as the message lives.
[[nodiscard]] std::string_view data_of(natsMsg* message);
[[nodiscard]] jetstream_reply read_reply(natsMsg* message);
/// A stored message as the leader of a stream tells it: JSON
/// (stream_msg_get_response) instead of a message.
[[nodiscard]] jetstream_reply read_told(const std::string& json);
/// Where a stored message is asked for: of several replicas the leader.
[[nodiscard]] std::string
get_subject(const std::string& stream, int64_t replicas);
/// What came back from there.
[[nodiscard]] jetstream_reply read_got(jetstream_reply reply, int64_t replicas);
[[nodiscard]] live_message read_live(natsMsg* message);
/// 0: it is none.
[[nodiscard]] uint64_t number_of(std::string_view text) noexcept;

} // namespace rookery

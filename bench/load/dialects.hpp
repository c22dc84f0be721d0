#pragma once

#include "bench/load/dialect.hpp"

namespace rookery::load {

/// `rookery.v1.json`, docs/protocol.md.
std::unique_ptr<dialect> make_rookery_dialect(const std::string& token);

/// Of our own small servers in bench/peers: "s<topic>" subscribes and is
/// answered "ok", "p<topic> <payload>" publishes, deliveries are bare payloads.
std::unique_ptr<dialect> make_plain_dialect();

/// The NATS client protocol in binary frames.
std::unique_ptr<dialect> make_nats_dialect();

/// Centrifugo's bidirectional JSON protocol: objects, one a line.
std::unique_ptr<dialect> make_centrifugo_dialect(const std::string& token);

/// Engine.IO 4 and Socket.IO 5, WebSocket transport only.
std::unique_ptr<dialect> make_socketio_dialect();

/// What follows `key`, as in `"offset":`, where it comes last in `message`;
/// zero or empty if it is not there. Servers write their JSON without spaces.
uint64_t number_after(std::string_view message, std::string_view key);
std::string_view text_after(std::string_view message, std::string_view key);

} // namespace rookery::load

#pragma once

#include "base/protocol/lobby_messages.hpp"
#include "base/protocol/payload.hpp"
#include "base/topic_name.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace rookery {

/// A place in a topic's log. Offsets compare only within one epoch.
struct position {
  std::string epoch;
  uint64_t offset = 0;

  friend bool operator==(const position&, const position&) = default;
};

// -- what clients send (docs/protocol.md) -------------------------------------

struct auth_request {
  std::string token;
};
struct subscribe_request {
  std::string topic;
  std::optional<position> since;
  bool snapshot = false;
  bool must_recover = false;
};
struct unsubscribe_request {
  std::string topic;
};
struct publish_request {
  std::string topic;
  payload data;
  std::string key; // idempotency key; empty: none
  std::string tag; // conflation tag; empty: none
};
struct presence_request {
  std::string topic;
  uint32_t limit = 1000;
  std::string after; // a user; the page begins behind
};
/// Changes a room's state.
struct set_request {
  std::string topic;
  payload patch;                     // RFC 7396; an object
  std::optional<uint64_t> if_offset; // only if nothing changed it after that
  std::string key;                   // idempotency key; empty: none
};
struct history_request {
  std::string topic;
  std::optional<position> since;
  uint32_t limit = 100;
  bool reverse = false;
};
struct send_request {
  std::string user;
  payload data;
};
struct ping_request {};
struct flow_request {
  bool pause = false;
  std::string topic; // empty: all
};

/// One decoded message of a client. `id` 0 means that it carried none and
/// wants no answer.
struct client_message {
  uint32_t id = 0;
  std::variant<
      auth_request, subscribe_request, unsubscribe_request, publish_request,
      set_request, presence_request, history_request, send_request,
      ping_request, flow_request, lobby_request, lobby_send_request,
      lobby_list_request, lobby_match_request, match_cancel_request>
      body;
};

} // namespace rookery

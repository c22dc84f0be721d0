#pragma once

#include "base/error.hpp"
#include "cluster/membership/life.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rookery {

/// What a node asks another one for. The numbers go over the wire: append.
enum class peer_kind : uint32_t {
  users_image = 1, // of the index of users; user_wire.hpp
  room_part = 2,   // of a room that the other node has
  direct = 3,      // delivers a message to a user; call_bodies.hpp
  api = 4, // answers a request of the internal HTTP API; call_bodies.hpp
};

// Calls and answers: a header, which is a MessagePack array that begins with a
// version, and behind it the body, which is the business of the kind. A later
// version may append fields, which are skipped here; other versions are
// refused.

/// A call as it came. `body` is part of what was decoded.
struct peer_call {
  peer_kind kind{};
  std::string from;
  node_life life = 0; // of who calls
  std::string_view body;
};

[[nodiscard]] std::string encode(const peer_call& call);
/// Total. Refuses what `encode` did not write: `bad_request`.
[[nodiscard]] result<peer_call> decode_call(std::string_view bytes);

[[nodiscard]] std::string encode_answer(std::string_view body);
[[nodiscard]] std::string encode_answer(const failure& why);
/// Total. The body, or the refusal of the other node; `internal` for what
/// `encode_answer` did not write.
[[nodiscard]] result<std::string> decode_answer(std::string_view bytes);

} // namespace rookery

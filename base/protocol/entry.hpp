#pragma once

#include "base/error.hpp"
#include "base/protocol/events.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rookery {

// What a room's log holds, and how it is written where it outlives the process
// or leaves it: MessagePack arrays that begin with the version of the layout
// and the kind of the entry. Payloads are the bytes that the client sent. A
// later version may append fields, which are skipped here; what it can not say
// by that gets another version or kind, which is refused here.

struct message_entry {
  std::string user;
  std::string key; // idempotency key; empty: none
  int64_t at = 0;  // as of message_event
  payload data;
};
struct joined_entry {
  std::string user;
  std::optional<payload> info;
  bool told = true; // to subscribers
};
struct left_entry {
  std::string user;
  std::string reason;
  bool told = true;
};
struct state_entry {
  std::string user;
  std::string key;
  int64_t at = 0;
  payload patch; // RFC 7396
  /// It holds if nothing changed the state after that.
  std::optional<uint64_t> if_offset;
};
using log_entry =
    std::variant<message_entry, joined_entry, left_entry, state_entry>;

/// Appends to `out`.
void encode(const log_entry& entry, std::string& out);
/// Total. Refuses (`internal`) what `encode` did not write.
[[nodiscard]] result<log_entry> decode_entry(std::string_view bytes);

/// A room's state, enough to go on from without earlier entries.
struct room_image {
  struct one_member {
    std::string user;
    std::optional<payload> info;
    uint64_t since = 0;
  };
  std::vector<one_member> members;
  std::string state;         // JSON; empty: null
  uint64_t state_offset = 0; // of its last change
};

void encode(const room_image& image, std::string& out);
[[nodiscard]] result<room_image> decode_image(std::string_view bytes);

} // namespace rookery

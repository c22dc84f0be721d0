#pragma once

#include "base/error.hpp"
#include "base/protocol/events.hpp"
#include "base/protocol/lobby_entry.hpp"

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

// Who is in a room: a user is a member while a node has him there. `life` says
// which, and which run of it, so that who died is not taken for who came back;
// a node on its own has 0. `told` is what who appends expects: whether
// subscribers hear of it, which the state of the room decides.

struct joined_entry {
  std::string user;
  std::optional<payload> info;
  bool told = true;
  uint64_t life = 0;
};
struct left_entry {
  std::string user;
  std::string reason;
  bool told = true;
  uint64_t life = 0;
};
struct state_entry {
  std::string user;
  std::string key;
  int64_t at = 0;
  payload patch; // RFC 7396
  /// It holds if nothing changed the state after that.
  std::optional<uint64_t> if_offset;
};
using log_entry = std::variant<
    message_entry, joined_entry, left_entry, state_entry, lobby_entry,
    listing_entry>;

/// Whether who appended it expected that subscribers hear of it.
bool expects_telling(const log_entry& entry) noexcept;

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
    std::vector<uint64_t> lives{0}; // rising
  };
  std::vector<one_member> members;
  std::string state;         // JSON; empty: null
  uint64_t state_offset = 0; // of its last change
  bool large = false;        // joins and leaves are not told one by one
  uint64_t entries = 0;      // of the log, up to here
  /// Offsets of entries of which subscribers heard although that was not
  /// expected, or did not although it was. Rising; all that are behind
  /// `exceptions_from`.
  std::vector<uint64_t> exceptions;
  uint64_t exceptions_from = 0;
  std::string lobby;   // a lobby_image; empty: none
  std::string listing; // a listing_image; empty: none
};

void encode(const room_image& image, std::string& out);
[[nodiscard]] result<room_image> decode_image(std::string_view bytes);

} // namespace rookery

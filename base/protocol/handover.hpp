#pragma once

#include "base/error.hpp"
#include "base/protocol/entry.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

// How a node that has a room gives it to one that opens it, so that neither the
// journal is read nor a client waits for that: MessagePack, in parts that fit
// into a message. As with entries, a later version may append fields.

/// All that a node knows of a room.
struct room_handover {
  struct kept_entry {
    uint64_t offset = 0;
    int64_t stamp = 0;
    log_entry entry;
  };
  struct known_key {
    std::string user, key;
    uint64_t offset = 0;
    int64_t stamp = 0;
  };
  std::string epoch;
  uint64_t at = 0; // it is so after the entry at this offset
  room_image image;
  /// What was told behind `floor`, rising.
  uint64_t floor = 0;
  std::vector<kept_entry> told;
  std::vector<known_key> keys; // oldest first
};

void encode(const room_handover& all, std::string& out);
/// Total; `internal` for what `encode` did not write.
[[nodiscard]] result<room_handover> decode_handover(std::string_view bytes);

/// What a node that has the room answers to who looks for one.
struct handover_offer {
  uint64_t life = 0;
  std::string epoch;
  uint64_t at = 0; // at least
};
/// Asks that node for one of its parts.
struct handover_request {
  std::string topic;
  std::string epoch;
  uint64_t at = 0;   // as the first part said; 0: as it is now
  uint64_t part = 0; // from 0
};
struct handover_part {
  uint64_t at = 0;
  uint64_t parts = 0; // how many there are
  std::string_view bytes;
};

[[nodiscard]] std::string encode(const handover_offer& offer);
[[nodiscard]] std::string encode(const handover_request& request);
[[nodiscard]] std::string encode(const handover_part& part);
[[nodiscard]] result<handover_offer> decode_offer(std::string_view bytes);
[[nodiscard]] result<handover_request>
decode_handover_request(std::string_view bytes);
/// Its bytes are part of what was decoded.
[[nodiscard]] result<handover_part> decode_part(std::string_view bytes);

} // namespace rookery

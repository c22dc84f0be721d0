#pragma once

#include "base/error.hpp"
#include "base/protocol/lobby_messages.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the logs of lobbies and of their listings hold besides the entries of
// all rooms (base/protocol/entry.hpp).

namespace rookery {

/// What a lobby is as long as it lives. Times are milliseconds of its log's
/// stamps.
struct lobby_rules {
  uint32_t seats = 0;
  uint32_t players_min = 1;
  bool auto_start = false;
  bool is_private = false;
  bool spectators = true;
  std::string password; // salted and hashed; empty: none
  std::optional<payload> info;
  int64_t hold = 0;        // of a seat whose player is gone
  int64_t empty_ttl = 0;   // of a lobby without players
  int64_t started_ttl = 0; // 0: without end
};

/// One move. It comes to what it says, or to nothing: so it says all that
/// subscribers are told of it.
struct lobby_entry {
  std::string user; // who moves; empty: a node
  std::string key;
  int64_t at = 0;   // as of message_event
  bool told = true; // as of joined_entry
  lobby_move move = lobby_move::join;
  uint64_t of = 0;    // the lobby, by the offset of its create; 0 in that
  std::string player; // whom it is about, if not `user`
  uint32_t seat = 0;  // his, or what he gets
  bool flag = false;  // ready: whether; join: back on a held seat
  int64_t lasts = 0;  // hold: milliseconds, at most
  std::string reason; // leave, release, close
  payload patch;      // set: RFC 7396; create: the state
  /// set: it holds if nothing changed the state after that; release: where
  /// the seat was held.
  std::optional<uint64_t> if_offset;
  std::shared_ptr<const lobby_rules> rules; // create; else null

  const std::string& about() const noexcept {
    return player.empty() ? user : player;
  }
};

/// How a lobby is listed.
enum class listing_phase : uint8_t {
  opening, // somebody is about to create it
  open,
  hidden, // private, or started
  closed,
};
inline constexpr std::size_t listing_phases = 4;

enum class listing_change : uint8_t { created, changed, closed };

/// A lobby as it is listed, which is as its own log had it at `at`.
struct listed_lobby {
  std::string topic;
  std::string epoch; // of the lobby's log
  uint64_t at = 0;
  uint64_t life = 0; // of the node that says so, and has it
  listing_phase phase = listing_phase::open;
  uint32_t seats = 0;
  uint32_t taken = 0;
  bool locked = false; // by a password
  std::optional<payload> info;
};

/// An entry of a listing.
struct listing_entry {
  bool told = true;
  listing_change change = listing_change::changed;
  listed_lobby lobby;
};

/// A lobby, enough to go on from without earlier entries.
struct lobby_image {
  struct one_seat {
    std::string user; // empty: it is free
    bool ready = false;
    uint64_t since = 0;
    uint64_t held_at = 0; // offset; 0: it is not held
    int64_t held_since = 0;
  };
  uint64_t created = 0; // offset; 0: there is none
  lobby_rules rules;
  std::vector<one_seat> seats;
  std::string host;
  std::string host_told; // who is host as far as subscribers know
  std::optional<int64_t> started_since;
  int64_t empty_since = 0;
  std::vector<std::string> invited; // rising
};

/// A listing: its lobbies by name, and those that were closed lately.
struct listing_image {
  struct closed_lobby {
    std::string topic, epoch;
    uint64_t at = 0;
    int64_t stamp = 0;
  };
  std::vector<listed_lobby> lobbies;
  std::vector<closed_lobby> closed; // oldest first
};

class packed_fields_writer;
class packed_fields_reader;

/// The fields behind version and kind.
void encode_fields(const lobby_entry& entry, packed_fields_writer& to);
void encode_fields(const listing_entry& entry, packed_fields_writer& to);
[[nodiscard]] bool decode_fields(packed_fields_reader& in, lobby_entry& entry);
[[nodiscard]] bool
decode_fields(packed_fields_reader& in, listing_entry& entry);

void encode(const lobby_image& image, std::string& out);
void encode(const listing_image& image, std::string& out);
/// Total; `internal` for what `encode` did not write.
[[nodiscard]] result<lobby_image> decode_lobby_image(std::string_view bytes);
[[nodiscard]] result<listing_image>
decode_listing_image(std::string_view bytes);

} // namespace rookery

#pragma once

#include "actors/lobby/listing_state.hpp"
#include "actors/lobby/lobby_state.hpp"
#include "actors/room/key_window.hpp"
#include "actors/room/room_log.hpp"
#include "base/config/config.hpp"
#include "base/protocol/entry.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

/// What an entry of a log comes to.
enum class entry_effect : uint8_t {
  applied,
  unchanged, // a join of who is there at that life, a leave of who is not
  duplicate, // its key is known: it was stored before
  conflict,  // its condition does not hold
  refused,   // a lobby's move that is not allowed
  stale,     // a lobby's move that says something that is not so any more
};

struct room_change {
  entry_effect effect = entry_effect::applied;
  uint64_t offset = 0; // where it stands; of a duplicate, where the first does
  std::optional<room_event> told; // none: subscribers do not hear of it
  bool members = false;           // there is one more or one less
  bool became_small = false;      // subscribers need the list again
};

/// A room as its log says it is: pure, no clock, no I/O, no actors. The same
/// entries in the same order give the same state, on whichever node.
///
/// Bounded by `keys` and `exceptions_max`; members and the shared state are
/// bounded by who appends.
class room_state {
public:
  static constexpr std::size_t exceptions_max = 65'536;

  /// With more members than `full_up_to` joins and leaves are not told one by
  /// one, until there are well below it again.
  room_state(
      std::string topic, key_window::limits keys,
      std::size_t full_up_to = SIZE_MAX, topic_kind kind = topic_kind::room);

  /// What `apply` would come to.
  entry_effect judge(const log_entry& entry, int64_t now) const;
  /// Applies the entry at `offset`.
  room_change apply(log_entry entry, uint64_t offset, int64_t stamp);
  /// What was told of an entry that was applied, or is behind the image that
  /// the state began with; it is behind `exceptions_from`.
  std::optional<room_event> told_then(log_entry entry, uint64_t offset) const;
  /// It is known of all entries behind this offset what was told of them.
  uint64_t exceptions_from() const noexcept { return exceptions_from_; }

  /// Where the entry with the same key stands, of one that is a duplicate.
  uint64_t first_of(const log_entry& entry, int64_t now) const;
  /// An older entry than what the state was restored from had this key.
  void remember_key(const log_entry& entry, uint64_t offset, int64_t stamp);

  void remember_key(const room_handover::known_key& key);
  std::vector<room_handover::known_key> keys() const { return keys_.all(); }

  bool has(const std::string& user) const { return members_.contains(user); }
  bool has(const std::string& user, uint64_t life) const;
  std::size_t size() const noexcept { return members_.size(); }
  bool is_large() const noexcept { return large_; }
  std::size_t full_up_to() const noexcept { return full_up_to_; }
  /// As in `members`.
  std::optional<member> find(const std::string& user) const;
  /// Up to `most` members behind this name, in the order of their names.
  /// `connections` of each is the number of its lives.
  std::vector<member> members(const std::string& after, std::size_t most) const;
  /// Of a member; rising.
  const std::vector<uint64_t>& lives_of(const std::string& user) const;
  /// Of all members; rising.
  std::vector<uint64_t> lives() const;
  std::vector<std::string> members_at(uint64_t life) const;

  /// The shared state, JSON; empty: null.
  const std::string& document() const noexcept { return document_; }
  /// Of its last change; 0: never.
  uint64_t document_offset() const noexcept { return document_offset_; }
  /// Of a lobby; else null.
  const lobby_state* lobby() const noexcept { return lobby_.get(); }
  /// Of a listing; else null.
  const listing_state* listing() const noexcept { return listing_.get(); }
  /// Of a move of the lobby's, why it comes to what it comes to.
  lobby_ruling rule(const lobby_entry& move, int64_t now) const;
  /// How many the log has, up to the last that was applied.
  uint64_t entries() const noexcept { return entries_; }

  room_image image() const;
  /// All is as in `image`; no key is known.
  void restore(room_image image);

private:
  struct place {
    std::optional<payload> info;
    uint64_t since = 0;
    std::vector<uint64_t> lives; // rising, not empty
  };
  static member describe(const std::string& user, const place& taken);
  bool perform(const log_entry& entry, uint64_t offset, int64_t stamp);
  bool join(const joined_entry& entry, uint64_t offset);
  bool leave(const left_entry& entry);
  bool move(const lobby_entry& entry, uint64_t offset, int64_t stamp);
  void note_exception(uint64_t offset);

  std::string topic_;
  std::size_t full_up_to_;
  key_window keys_;
  std::map<std::string, place> members_;
  bool large_ = false;
  std::string document_;
  uint64_t document_offset_ = 0;
  uint64_t entries_ = 0;
  std::deque<uint64_t> exceptions_; // rising
  uint64_t exceptions_from_ = 0;
  std::unique_ptr<lobby_state> lobby_;
  std::unique_ptr<listing_state> listing_;
};

/// What subscribers of `topic` hear of the entry, if they do.
room_event event_of(const std::string& topic, log_entry entry, uint64_t offset);

/// How many connections each user has in a room, on this node. A user with
/// several counts once: only the first joins and only the last leaves.
class room_connections {
public:
  struct here {
    uint32_t count = 0;
    std::optional<payload> info; // of the first
  };

  /// True for the user's first.
  bool add(const std::string& user, std::optional<payload> info = {});
  /// True for the user's last.
  bool remove(const std::string& user);
  uint32_t of(const std::string& user) const;
  const std::map<std::string, here>& all() const noexcept { return users_; }

private:
  std::map<std::string, here> users_;
};

} // namespace rookery

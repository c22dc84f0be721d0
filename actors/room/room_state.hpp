#pragma once

#include "actors/room/key_window.hpp"
#include "actors/room/room_log.hpp"
#include "base/protocol/entry.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

/// What an entry of a log comes to.
enum class entry_effect : uint8_t {
  applied,
  unchanged, // a join of who is there, a leave of who is not
  duplicate, // its key is known: it was stored before
  conflict,  // its condition does not hold
};

struct room_change {
  entry_effect effect = entry_effect::applied;
  uint64_t offset = 0; // where it stands; of a duplicate, where the first does
  std::optional<room_event> told; // none: subscribers do not hear of it
};

/// A room as its log says it is: pure, no clock, no I/O, no actors. The same
/// entries in the same order give the same state, on whichever node.
///
/// Bounded by `keys`; members and the shared state are bounded by who appends.
class room_state {
public:
  room_state(std::string topic, key_window::limits keys)
      : topic_(std::move(topic))
      , keys_(keys) {}

  /// What `apply` would come to.
  entry_effect judge(const log_entry& entry, int64_t now);
  /// Applies the entry at `offset`.
  room_change apply(log_entry entry, uint64_t offset, int64_t stamp);

  /// Where the entry with the same key stands, of one that is a duplicate.
  uint64_t first_of(const log_entry& entry, int64_t now);
  /// An older entry than what the state was restored from had this key.
  void remember_key(const log_entry& entry, uint64_t offset, int64_t stamp);

  bool has(const std::string& user) const { return members_.contains(user); }
  std::size_t size() const noexcept { return members_.size(); }
  /// As in `members`.
  std::optional<member> find(const std::string& user) const;
  /// Up to `most` members behind this name, in the order of their names.
  /// `connections` of each is filled in by who knows it.
  std::vector<member> members(const std::string& after, std::size_t most) const;

  /// The shared state, JSON; empty: null.
  const std::string& document() const noexcept { return document_; }
  /// Of its last change; 0: never.
  uint64_t document_offset() const noexcept { return document_offset_; }

  room_image image() const;
  /// Members and the shared state are as in `image`.
  void restore(room_image image);

private:
  struct place {
    std::optional<payload> info;
    uint64_t since = 0;
  };
  static member describe(const std::string& user, const place& taken);
  void perform(const log_entry& entry, uint64_t offset, int64_t stamp);

  std::string topic_;
  key_window keys_;
  std::map<std::string, place> members_;
  std::string document_;
  uint64_t document_offset_ = 0;
};

/// What subscribers of `topic` are told of an entry that was applied; none:
/// nothing.
std::optional<room_event>
told_event(const std::string& topic, log_entry entry, uint64_t offset);

/// How many connections each user has in a room, on this node. A user with
/// several counts once: only the first joins and only the last leaves.
class room_connections {
public:
  /// True for the user's first.
  bool add(const std::string& user) { return ++counts_[user] == 1; }
  /// True for the user's last.
  bool remove(const std::string& user);
  uint32_t of(const std::string& user) const;
  const std::map<std::string, uint32_t>& all() const noexcept {
    return counts_;
  }

private:
  std::map<std::string, uint32_t> counts_;
};

} // namespace rookery

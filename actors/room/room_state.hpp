#pragma once

#include "base/protocol/events.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rookery {

/// Entries of a room's log that change who is there.
struct member_joined {
  std::string user;
  std::optional<payload> info;
};
struct member_left {
  std::string user;
  std::string reason;
};
using room_entry = std::variant<member_joined, member_left>;

/// A room as its log says it is: pure, no clock, no I/O, no actors. The same
/// entries in the same order give the same state, on whichever node.
class room_state {
public:
  /// Applies the entry at `offset`. False when it changes nothing: a join of
  /// somebody who is there, a leave of somebody who is not. Such an entry is
  /// not told to anybody.
  bool apply(const room_entry& entry, uint64_t offset);

  bool has(const std::string& user) const { return members_.contains(user); }
  std::size_t size() const noexcept { return members_.size(); }
  /// As in `members`.
  std::optional<member> find(const std::string& user) const;

  /// All members in order of their names. `connections` of each is filled in
  /// by who knows it.
  std::vector<member> members() const;

private:
  struct place {
    std::optional<payload> info;
    uint64_t since = 0;
  };
  static member describe(const std::string& user, const place& taken);

  std::map<std::string, place> members_;
};

/// How many connections each user has in a room, on this node. A user with
/// several counts once: only the first joins and only the last leaves.
class room_connections {
public:
  /// True for the user's first.
  bool add(const std::string& user) { return ++counts_[user] == 1; }
  /// True for the user's last.
  bool remove(const std::string& user);
  uint32_t of(const std::string& user) const;

private:
  std::map<std::string, uint32_t> counts_;
};

} // namespace rookery

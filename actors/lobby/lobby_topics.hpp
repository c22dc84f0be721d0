#pragma once

#include "base/config/config.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The topics that a class of lobbies brings with it, which no class of the
// configuration names. Pure; thread: any.
//
// Example: lobbies of "game.*.*" are listed in "$lobbies.game", and those of
// "game.chess.*" in "$lobbies.game.chess" as well.

namespace rookery {

/// The classes of listings and companions, for each class of lobbies.
class lobby_topics {
public:
  explicit lobby_topics(const std::vector<topic_class>& topics);

  /// Of a topic that begins with `listing_prefix` or `play_prefix`; null: there
  /// is no such topic.
  const topic_class* class_of(std::string_view topic) const;
  /// The listings that list all of a class each, with their prefixes.
  std::vector<std::string> roots() const;

private:
  struct family {
    std::string match; // of the lobbies
    topic_class listing, play;
  };
  /// In order of the configuration, like its classes; those of no lobbies too,
  /// since the first that matches counts.
  struct entry {
    std::string match;
    std::optional<family> lobbies;
  };
  std::vector<entry> all_;
};

/// The names of the listings that have `lobby`, which is of the class `match`.
/// Empty: the pattern has no part that is fixed, and no listing.
std::vector<std::string>
listings_of(std::string_view lobby, std::string_view match);

/// The name of a lobby that would be listed in `listing`: who may subscribe to
/// that may see the list.
std::string lobby_like(std::string_view listing, std::string_view match);

/// The listing that has all whose names begin so; none: it does not end behind
/// a whole part. "game.chess.a" is in "$lobbies.game.chess".
std::optional<std::string> listing_for(std::string_view prefix);

} // namespace rookery

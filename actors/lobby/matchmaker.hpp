#pragma once

#include "actors/lobby/listing_state.hpp"
#include "actors/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

/// Finds seats for those who want any. It sends each to a lobby that fits, the
/// fullest first, and counts whom it has sent, until the list says that he is
/// there: so a hundred who come at once are not sent to one seat. Who finds
/// none is told to create a lobby, while those behind him wait for its seats.
///
/// Only a hint: the lobby decides, and who is refused comes again.
///
/// Bounded by `seekers_max`, and by the time that each may wait.
/// Pure: the time is told. Thread: its listing's.
class matchmaker {
public:
  static constexpr std::size_t seekers_max = 10'000;
  /// What was sent and is not on the list by then will not be.
  static constexpr std::chrono::seconds patience{2};

  struct seeker {
    asker from;
    lobby_query query;
    lobby_match_request request;
    steady_time until;    // waits for a lobby of others so long
    steady_time deadline; // then nobody waits for the answer
  };
  struct decision {
    asker to;
    std::optional<match_pick> pick; // none: there was no lobby in time
  };
  /// The end of a new lobby's name.
  using name_maker = std::function<std::string()>;

  explicit matchmaker(name_maker new_name)
      : new_name_(std::move(new_name)) {}

  /// False: there are too many.
  [[nodiscard]] bool add(seeker one);
  /// False: there is none who waits for that answer.
  bool cancel(const asker& from);
  /// The list has this lobby so now; null: no longer.
  void note(const std::string& topic, const listed_lobby* lobby);
  /// Whoever can be told something now.
  std::vector<decision> decide(const listing_state& list, steady_time now);
  /// When `decide` may have something to say although the list has not changed.
  std::optional<steady_time> next_due(steady_time now) const;
  bool empty() const noexcept { return seekers_.empty(); }

private:
  /// Seekers who take the same lobbies.
  struct choice {
    std::vector<const listing_state::row*> fitting; // fullest last
    std::size_t promised = 0; // seats of lobbies that are being created
  };
  struct sent {
    uint32_t taken = 0; // as the list had it
    std::vector<steady_time> until;
  };
  struct creation {
    std::string key;
    uint32_t seats_left = 0;
    steady_time until;
  };

  static std::string key_of(const seeker& one);
  uint32_t free_in(const listing_state::row& row) const;
  choice
  choose(const seeker& one, const std::string& key, const listing_state& list);
  std::optional<match_pick> pick(
      const seeker& one, const std::string& key, choice& from, steady_time now);
  void forget_late(steady_time now);

  name_maker new_name_;
  std::list<seeker> seekers_;            // in the order of their coming
  std::map<std::string, sent> sent_;     // by lobby
  std::map<std::string, creation> made_; // by lobby
};

} // namespace rookery

#pragma once

#include "actors/room/room_state.hpp"
#include "cluster/journal/shared_memory_log.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace rookery::testing {

/// A lobby as its log, applied from the beginning, says that it was at any
/// position.
class lobby_truth {
public:
  struct moment {
    uint64_t offset = 0;
    lobby_state lobby;
    std::string document;
  };

  lobby_truth(const shared_memory_log& log, const std::string& topic) {
    room_state room{
        topic, {10'000, std::chrono::minutes{2}}, SIZE_MAX, topic_kind::lobby};
    moments.push_back({});
    for (const auto& record : log.records(topic)) {
      auto entry = *decode_entry(record.body);
      const auto* move = std::get_if<lobby_entry>(&entry);
      const auto of = move ? std::optional{move->move} : std::nullopt;
      const auto about = move ? move->about() : std::string{};
      const auto change =
          room.apply(std::move(entry), record.offset, record.stamp);
      if (change.effect == entry_effect::applied && of) {
        held += *of == lobby_move::hold ? 1 : 0;
        released += *of == lobby_move::release ? 1 : 0;
        moves.push_back({record.offset, *of, about});
      }
      moments.push_back({record.offset, *room.lobby(), room.document()});
    }
  }

  const moment& last() const { return moments.back(); }
  /// Of what was applied up to there.
  const moment& at(uint64_t offset) const {
    auto found = std::upper_bound(
        moments.begin(), moments.end(), offset,
        [](uint64_t wanted, const moment& one) { return wanted < one.offset; });
    return *std::prev(found);
  }
  /// Whether it was so after one of the positions, both included.
  template <class Predicate>
  bool was(uint64_t from, uint64_t to, Predicate is) const {
    for (const auto& one : moments)
      if (one.offset >= from && one.offset <= to && is(one.lobby))
        return true;
    return is(at(from).lobby);
  }

  /// How a seat that the user had at this offset ended; none: he has it.
  std::optional<lobby_move>
  end_of_seat(const std::string& user, uint64_t offset) const {
    for (const auto& one : moves) {
      const bool ends = one.what == lobby_move::leave
                        || one.what == lobby_move::kick
                        || one.what == lobby_move::release;
      if (one.offset > offset
          && (one.what == lobby_move::close || (ends && one.about == user)))
        return one.what;
    }
    return std::nullopt;
  }

  struct move_made {
    uint64_t offset = 0;
    lobby_move what;
    std::string about;
  };
  std::vector<moment> moments;
  std::vector<move_made> moves;
  uint64_t held = 0, released = 0;
};

} // namespace rookery::testing

#pragma once

#include "base/protocol/lobby_entry.hpp"
#include "base/protocol/lobby_events.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

/// What a move would come to.
struct lobby_ruling {
  enum class outcome : uint8_t {
    applied,
    unchanged, // it is so already; a node's move that is not due
    refused,   // to who asked: `code` and `why`
    stale,     // it says something that is not so any more: say it anew
  };
  outcome comes_to = outcome::applied;
  errc code = errc::internal;
  std::string_view why; // of static lifetime
};

/// A lobby as its log says it is, but for its members and its document, which
/// all rooms have. Pure: no clock, no I/O, no actors. The same moves in the
/// same order give the same seats, on whichever node.
///
/// Always: no more players than seats, no user with two seats, and who is host
/// has a seat; without players there is no host.
///
/// Bounded by the rules of its creation and `invited_max`.
class lobby_state {
public:
  static constexpr std::size_t invited_max = 1000;

  struct seat_place {
    std::string user; // empty: it is free
    bool ready = false;
    uint64_t since = 0;   // offset
    uint64_t held_at = 0; // offset; 0: it is not held
    int64_t held_since = 0;
  };
  using is_member = std::function<bool(const std::string& user)>;

  /// Says of a move what its user can not know: which lobby, which seat.
  void complete(lobby_entry& entry) const;
  /// `document_offset`: of the last change of its state. `now`: a stamp.
  lobby_ruling
  judge(const lobby_entry& entry, uint64_t document_offset, int64_t now) const;
  /// What is judged to be applied.
  void apply(const lobby_entry& entry, uint64_t offset, int64_t stamp);

  /// What a node has to do next, by itself; none: nothing now. Does not look at
  /// what was tried already.
  std::optional<lobby_entry> due(int64_t now, const is_member& is_here) const;
  /// Takes back a seat that is held though its player is here.
  std::optional<lobby_entry> back(const is_member& plays_here) const;
  /// When `due` may have something that it has not now; a stamp.
  std::optional<int64_t> next_due() const;

  bool exists() const noexcept { return created_ != 0; }
  /// Offset of its creation; 0: there is none.
  uint64_t created() const noexcept { return created_; }
  const lobby_rules& rules() const noexcept { return rules_; }
  const std::vector<seat_place>& seats() const noexcept { return seats_; }
  std::size_t taken() const noexcept;
  std::optional<uint32_t> seat_of(const std::string& user) const;
  /// Empty: there is none.
  const std::string& host() const noexcept { return host_; }
  bool started() const noexcept { return started_since_.has_value(); }
  /// Whether a user may subscribe.
  bool lets_watch(const std::string& user) const {
    return !exists() || rules_.spectators || seat_of(user);
  }
  bool is_invited(const std::string& user) const {
    return invited_.contains(user);
  }
  lobby_view view() const;

  lobby_image image() const;
  void restore(lobby_image image);

private:
  using seat_place_ref = std::vector<seat_place>::iterator;
  lobby_ruling judge_join(const lobby_entry& entry) const;
  lobby_ruling judge_player(const lobby_entry& entry) const;
  lobby_ruling
  judge_host(const lobby_entry& entry, uint64_t document_offset) const;
  lobby_ruling judge_node(const lobby_entry& entry, int64_t now) const;
  bool is_ready_to_start() const;
  std::optional<uint32_t> free_seat() const;
  void create(const lobby_entry& entry, uint64_t offset);
  void join(const lobby_entry& entry, uint64_t offset);
  void free_up(const lobby_entry& entry, int64_t stamp);
  lobby_entry by_node(lobby_move move) const;

  uint64_t created_ = 0;
  lobby_rules rules_;
  std::vector<seat_place> seats_;
  std::string host_;
  std::string host_told_; // as far as subscribers know
  std::optional<int64_t> started_since_;
  int64_t empty_since_ = 0; // while nobody has a seat
  std::set<std::string> invited_;
};

} // namespace rookery

#pragma once

#include "actors/room/room_state.hpp"
#include "tests/unit/actors/lobby_log.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

// A lobby's log that is played at random, by whoever has the dice: users and
// nodes that know the lobby as it is or as it was, entries that come twice or
// are made of nothing. What holds for every such log is looked at after each
// entry. Knows nothing of actors, so that a fuzz target plays it as well.

namespace rookery::testing {

class lobby_play {
public:
  /// A number below the one that is given, which is not 0.
  using dice_roll = std::function<std::size_t(std::size_t)>;

  explicit lobby_play(dice_roll dice)
      : dice_(std::move(dice)) {}

  /// What does not hold; empty: all does.
  const std::string& broken() const noexcept { return broken_; }
  uint64_t applied() const noexcept { return applied_; }
  uint64_t nodes_did() const noexcept { return nodes_did_; }

  /// One thing happens.
  void step() {
    switch (dice_(16)) {
    case 0:
      stamp_ += static_cast<int64_t>(dice_(200));
      return;
    case 1:
    case 2:
      return come_or_go();
    case 3:
      return note_image();
    case 4:
      return append(wild());
    case 5:
      if (!said_.empty())
        append(said_[dice_(said_.size())]); // again
      return;
    case 6:
    case 7:
      return node_moves(seen_[dice_(seen_.size())]);
    default:
      append(user_moves());
    }
  }

  /// Each image and what came after it gives what there is.
  void end() {
    const auto wanted = bytes_of(room_);
    for (const auto& saved : images_) {
      auto other = room();
      other.restore(*decode_image(saved.image));
      for (const auto& key : saved.keys) // are not in it
        other.remember_key(key);
      for (auto i = saved.from; i < log_.size(); ++i) {
        const auto& [bytes, offset, stamp] = log_[i];
        other.apply(*decode_entry(bytes), offset, stamp);
      }
      must(bytes_of(other) == wanted, "an image and the rest give the same");
    }
  }

private:
  static constexpr std::size_t users = 7;
  static constexpr std::size_t seen_max = 12;
  static constexpr std::size_t said_max = 24;
  struct record {
    std::string bytes;
    uint64_t offset = 0;
    int64_t stamp = 0;
  };
  struct saved_room {
    std::size_t from = 0; // what it does not have begins here
    std::string image;
    std::vector<room_handover::known_key> keys;
  };
  /// As some node knows the lobby, and who is there.
  struct view {
    lobby_state lobby;
    std::set<std::string> here;
    int64_t stamp = 0;
  };

  static room_state room() {
    return {
        "lobby.a", {100, std::chrono::minutes{1}}, SIZE_MAX, topic_kind::lobby};
  }
  static std::string bytes_of(const room_state& room) {
    std::string bytes;
    encode(room.image(), bytes);
    return bytes;
  }
  std::string any_user() { return "u" + std::to_string(dice_(users)); }
  void must(bool holds, const char* what) {
    if (!holds && broken_.empty())
      broken_ = "at " + std::to_string(offset_) + ": " + what;
  }

  // -- what happens

  void come_or_go() {
    const auto user = any_user();
    if (room_.has(user))
      append(left_entry{user, "closed", true, 0});
    else
      append(joined_entry{user, {}, true, 0});
  }

  lobby_rules any_rules() {
    auto rules = rules_of(1 + static_cast<uint32_t>(dice_(5)));
    rules.players_min = 1 + static_cast<uint32_t>(dice_(rules.seats));
    rules.auto_start = dice_(2) == 0;
    rules.is_private = dice_(4) == 0;
    rules.hold = dice_(4) == 0 ? 0 : 30;
    rules.started_ttl = dice_(3) == 0 ? 0 : 400;
    return rules;
  }

  /// Of a user, at a node that knows the lobby as it is, mostly.
  lobby_entry user_moves() {
    static constexpr lobby_move often[] = {
        lobby_move::join,  lobby_move::join,   lobby_move::join,
        lobby_move::join,  lobby_move::ready,  lobby_move::ready,
        lobby_move::leave, lobby_move::kick,   lobby_move::set,
        lobby_move::start, lobby_move::invite, lobby_move::close};
    const auto& at = seen_[dice_(3) == 0 ? dice_(seen_.size()) : 0].lobby;
    const bool makes = !at.exists() ? dice_(2) == 0 : dice_(30) == 0;
    if (makes)
      return completed(create_of(any_user(), any_rules()), at);
    auto entry = move_of(any_user(), often[dice_(std::size(often))]);
    if (entry.move == lobby_move::close && dice_(3) > 0)
      entry.move = lobby_move::join;
    const bool is_hosts = entry.move >= lobby_move::set;
    if (is_hosts && !at.host().empty() && dice_(4) > 0)
      entry.user = at.host();
    if (entry.move == lobby_move::kick || entry.move == lobby_move::invite)
      entry.player = any_user();
    entry.flag = entry.move == lobby_move::ready && dice_(4) > 0;
    if (entry.move == lobby_move::set) {
      entry.patch = {
          encoding::json, R"({"n":)" + std::to_string(dice_(9)) + "}"};
      if (dice_(2) == 0)
        entry.if_offset = dice_(offset_ + 1);
    }
    if (dice_(8) == 0)
      entry.key = "k" + std::to_string(dice_(4));
    return completed(std::move(entry), at);
  }
  static lobby_entry completed(lobby_entry entry, const lobby_state& at) {
    at.complete(entry);
    return entry;
  }

  void node_moves(const view& as_known) {
    const auto entry = as_known.lobby.due(as_known.stamp, [&](const auto& u) {
      return as_known.here.contains(u);
    });
    if (entry)
      append(*entry);
  }

  /// Of a node that is wrong about all; creates have what they must have.
  lobby_entry wild() {
    lobby_entry entry;
    entry.move = static_cast<lobby_move>(dice_(lobby_moves));
    if (entry.move == lobby_move::create)
      return create_of(any_user(), any_rules());
    if (dice_(3) > 0)
      entry.user = any_user();
    if (dice_(3) > 0)
      entry.player = any_user();
    entry.of = dice_(4) > 0 ? now().created() : dice_(offset_ + 1);
    entry.seat = static_cast<uint32_t>(dice_(8));
    entry.flag = dice_(2) == 0;
    if (dice_(2) == 0)
      entry.if_offset = dice_(offset_ + 1);
    return entry;
  }

  void note_image() {
    if (images_.size() < 8)
      images_.push_back({log_.size(), bytes_of(room_), room_.keys()});
  }

  // -- what holds

  const lobby_state& now() const { return *room_.lobby(); }

  void append(const log_entry& entry) {
    offset_ += 1 + dice_(3);
    stamp_ += static_cast<int64_t>(dice_(4));
    std::string bytes;
    encode(entry, bytes);
    auto read = *decode_entry(bytes);
    const auto judged = room_.judge(read, stamp_);
    const bool applies = judged == entry_effect::applied;
    const auto before = applies ? std::string{} : bytes_of_lobby();
    const auto change = room_.apply(std::move(read), offset_, stamp_);
    log_.push_back({std::move(bytes), offset_, stamp_});
    must(judged == change.effect, "what is judged is what it comes to");
    if (applies)
      ++applied_;
    else
      must(before == bytes_of_lobby(), "what is not applied changes nothing");
    if (const auto* move = std::get_if<lobby_entry>(&entry)) {
      nodes_did_ += move->user.empty() && applies ? 1 : 0;
      said_.push_back(*move);
      if (said_.size() > said_max)
        said_.pop_front();
    }
    look();
  }
  std::string bytes_of_lobby() const {
    return image_bytes(now()) + room_.document();
  }

  void look() {
    const auto& lobby = now();
    std::set<std::string> seated;
    std::size_t taken = 0;
    for (const auto& one : lobby.seats()) {
      const bool is_free = one.user.empty();
      taken += is_free ? 0 : 1;
      seated.insert(is_free ? std::string{} : one.user);
      must(!is_free || one.held_at == 0, "a free seat is not held");
    }
    seated.erase("");
    must(lobby.exists() || lobby.seats().empty(), "no lobby has no seats");
    must(
        !lobby.exists() || lobby.seats().size() == lobby.rules().seats,
        "there are as many seats as it was made with");
    must(taken == seated.size(), "nobody has two seats");
    must(taken == lobby.taken(), "taken seats are counted");
    must((taken == 0) == lobby.host().empty(), "players have a host");
    must(
        lobby.host().empty() || seated.contains(lobby.host()),
        "the host has a seat");
    view fresh{lobby, {}, stamp_};
    for (const auto& one : room_.members({}, users))
      fresh.here.insert(one.user);
    look_at_due(fresh);
    seen_.push_front(std::move(fresh));
    if (seen_.size() > seen_max)
      seen_.pop_back();
  }

  /// What nodes are told to do comes to something, and comes to an end.
  void look_at_due(const view& fresh) {
    auto room = fresh.lobby;
    auto at = offset_;
    const auto due = [&] {
      return room.due(
          stamp_, [&](const auto& u) { return fresh.here.contains(u); });
    };
    auto entry = due();
    for (std::size_t i = 0; entry && i < 64; ++i) {
      const bool comes_to_something =
          is_applied(room.judge(*entry, room_.document_offset(), stamp_));
      must(comes_to_something, "what is due is applied");
      room.apply(*entry, ++at, stamp_);
      entry = due();
    }
    must(!entry, "what is due comes to an end");
    const auto next = room.next_due();
    must(!next || *next > stamp_, "all that was due by now is done");
    if (next)
      must(
          room.due(*next, [](const auto&) { return true; }).has_value(),
          "at its time something is due");
  }

  dice_roll dice_;
  room_state room_ = room();
  uint64_t offset_ = 0;
  int64_t stamp_ = 1'000'000;
  std::deque<view> seen_{{lobby_state{}, {}, 0}}; // newest first
  std::deque<lobby_entry> said_;
  std::vector<record> log_;
  std::vector<saved_room> images_;
  uint64_t applied_ = 0;
  uint64_t nodes_did_ = 0;
  std::string broken_;
};

} // namespace rookery::testing

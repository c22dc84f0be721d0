#pragma once

#include "actors/lobby/matchmaker.hpp"
#include "actors/room/replay.hpp"
#include "actors/room/room_memory.hpp"
#include "actors/room/room_turn.hpp"
#include "actors/topic/topic_core.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace rookery {

/// The state of a room's actor: what is known of its log, the pure room, and
/// the connections that this node has in it.
///
/// Everything that changes a room takes its turn in the log: it waits until
/// the batch before is stored, is judged, appended with what waits besides,
/// and applied when it is stored. Without a journal that is one step. In a
/// cluster others append as well: what is judged here is judged again where it
/// stands in the log, on every node alike.
///
/// Bounded: what waits, by the credits of who sent it; one batch is on its way
/// to the journal; what is news while the log is read, by news_max.
struct room_actor_state {
  static inline const char* name = "room";
  using pointer = topic_actor::stateful_pointer<room_actor_state>;
  static constexpr std::size_t batch_entries_max = 1024;
  static constexpr std::size_t batch_bytes_max = 1024 * 1024;
  static constexpr std::size_t journal_reads_max = 4; // for replays, at a time
  static constexpr std::size_t news_max = 4096;       // while opening
  /// Nodes that could all do the same begin one after the other, so that one of
  /// them does it and the rest see that it is done.
  static constexpr std::chrono::milliseconds rank_delay{300};

  pointer self = nullptr;
  std::optional<topic_core<pointer>> core;
  std::shared_ptr<room_memory> memory;
  std::shared_ptr<journal> stored; // null: the log is in memory only
  room_connections connections;
  std::optional<replayer> replays;

  /// From here on the state may be used.
  void begin(
      pointer actor, topic_ref identity, const node_context& node,
      std::shared_ptr<room_memory> known);

  /// Serves an order, or keeps it until the log is known (room_opening.cpp).
  template <class Order>
  void handle(Order& order);

  // -- messages that are no orders
  void on_taken(const taken_order& taken);
  void on_time();
  void on_restart(const local_subscribers& found);
  void on_shrink(const shrink_order& order);
  bool on_retire();
  void on_found(const found_entries& found);       // room_answers.cpp
  void on_appended(const appended_notice& notice); // room_turns.cpp
  void on_log(const found_log& found);             // room_opening.cpp
  void on_news(news_notice& notice);               // room_following.cpp
  void on_gone(const gone_order& order);
  void on_claimed(const claim_notice& notice); // room_lobby.cpp
  void on_peer(const peer_notice& notice);     // room_handover.cpp
  void on_offer_wanted(const offer_order& order);
  void on_part_wanted(const part_order& order);

private:
  enum class phase : uint8_t {
    opening, // the journal is asked what there is
    serving,
    closed, // the journal could not be read; asked again with the next order
  };
  using on_page = std::function<void(result<journal_page>)>;
  using on_text = std::function<void(const result<std::string>&)>;
  struct history_walk; // an answer to `history` as it grows
  struct opening_walk; // what was read of a log so far

  void serve(const subscribe_order& order);
  void serve(const unsubscribe_order& order);
  void serve(const leave_order& order);
  void serve(publish_order& order);
  void serve(const set_order& order);
  void serve(const lobby_order& order);
  void serve(const presence_order& order);
  void serve(const history_order& order);
  void serve(const room_state_order& order);
  void serve(const replay_order& order);
  void refuse(const topic_order& order, const failure& why);

  void take_turn(room_turn turn);
  void go_on();
  std::optional<room_turn> who_comes(const room_turn& turn) const;
  std::vector<room_turn> next_batch();
  // room_judging.cpp
  bool fits(const room_turn& turn, const batch_view& batch) const;
  bool admit(room_turn& turn, batch_view& batch);
  bool admit_join(room_turn& turn, batch_view& batch);
  bool admit_leave(room_turn& turn, batch_view& batch);
  bool admit_change(room_turn& turn, batch_view& batch);
  bool admit_move(room_turn& turn, batch_view& batch);
  bool admit_claim(room_turn& turn, batch_view& batch);
  std::optional<failure> why_not(const payload& patch) const;
  void serve_blocked();
  void take(publish_order& order);
  bool is_member(const std::string& user, const batch_view& batch) const;
  bool expects_room(const batch_view& batch, std::ptrdiff_t more) const;
  void publish_over(const room_turn& turn);
  void append(std::vector<room_turn> batch);
  void complete_batch(const std::vector<uint64_t>& offsets, int64_t stamp);
  void complete(room_turn& turn, uint64_t offset, int64_t stamp);
  room_change take_in(
      log_entry entry, uint64_t offset, int64_t stamp,
      const publish_cause* cause);
  void tell(const room_event& event, const publish_cause* cause);
  void answer(const room_turn& turn, const room_change& change);
  void fail_batch(const failure& why);
  void fail(room_turn& turn, const failure& why);
  void save_image();
  int64_t stamp_now() const;

  // room_following.cpp
  bool is_shared() const { return stored && stored->is_shared(); }
  uint64_t life() const { return core->node().life; }
  void follow();
  void take_news(const journal_news& news);
  void take_foreign(const journal_record& record, bool own);
  void on_came(const std::string& user, uint64_t of);
  void lose_sight(const failure& why);
  void come_back();
  void reset_listeners();
  void notice_own_life();
  void watch_life(uint64_t life, std::chrono::milliseconds at_least);
  void end_lives();
  bool is_over(uint64_t life) const;
  bool is_held(const std::string& user) const;
  uint32_t connections_of(const std::string& user) const;

  void attach(const subscribe_order& order, uint64_t newest_before);
  bool reaches(const position& since) const;
  bool gone(const subscriber& who);
  void leave(const std::string& user, std::string_view reason);
  void hold_or_leave(
      const std::string& user,
      std::chrono::milliseconds at_least = std::chrono::milliseconds{0});
  void leave_for_elsewhere(const std::string& user);
  bool is_elsewhere(const std::string& user) const;
  void settle();
  void remind(steady_time due);
  void remind_again();
  void count_members_later();
  void tell_members();

  void open();
  void read_back(std::shared_ptr<opening_walk> walk, uint64_t through);
  void opened(opening_walk& walk);
  void open_failed(const failure& why);
  void begin_with_image(std::shared_ptr<opening_walk> walk);

  // room_lobby.cpp
  const lobby_state* lobby() const { return memory->state.lobby(); }
  void ask(const lobby_order& order, const lobby_request& request);
  void ask(const lobby_order& order, const lobby_send_request& request);
  void ask(const lobby_order& order, const lobby_list_request& request);
  void ask(const lobby_order& order, const lobby_match_request& request);
  void ask(const lobby_order& order, const lobby_order::cancel& cancel);
  void ask(const lobby_order& order, const lobby_order::drop& drop);
  void ask(const lobby_order& order, const lobby_order::claim& claim);
  void ask(const lobby_order& order, const lobby_order::wake& wake);
  void announce(room_turn turn);
  std::optional<failure>
  make_rules(const lobby_setup& setup, lobby_entry& into) const;
  bool is_refused_for_password(
      const lobby_entry& entry, const move_cause& cause) const;
  void settle_move(room_turn& turn, const room_change* change);
  void answer_move(
      const lobby_entry& entry, const move_cause& cause, uint64_t offset);
  void seat(const subscriber& who);
  void unseat_those_without();
  void do_what_is_due(steady_time now);
  void went(const std::string& user, close_code reason);
  void tend(bool is_own);
  void tended(const room_change* change);
  listed_lobby as_listed() const;
  void tell_listings(bool is_own);
  void claim(const listed_lobby& lobby, uint64_t question);

  // room_listing.cpp
  const listing_state* listing() const { return memory->state.listing(); }
  bool is_root() const;
  void look_for_lost();
  void wake_lost();
  void match();
  void after_changes(bool is_own);

  // room_handover.cpp
  std::string room_subject() const;
  std::function<void(result<std::string>)> told(on_text then);
  void fetch(std::shared_ptr<opening_walk> walk);
  void on_offered(
      const std::shared_ptr<opening_walk>& walk,
      const result<std::string>& said);
  void fetch_part(const std::shared_ptr<opening_walk>& walk);
  void on_part_found(
      const std::shared_ptr<opening_walk>& walk,
      const result<std::string>& said);
  void take_over(opening_walk& walk, room_handover all);
  void offer();
  void give();

  void read(const journal_range& range, on_page then);
  void read_history(std::shared_ptr<history_walk> walk);
  void read_for_replays();
  void replay_from(const journal_range& range, result<journal_page> page);
  void hand_out(const replay_order& order);
  std::vector<member> members(const std::string& after, std::size_t most) const;
  snapshot_event snapshot() const;
  frame snapshot_frame(frame_form form);

  phase now_ = phase::serving;
  steady_time closed_until_;
  std::vector<topic_order> early_; // while opening
  std::optional<local_subscribers> found_early_;

  std::deque<room_turn> waiting_;
  std::vector<room_turn> on_its_way_; // one batch
  uint64_t last_batch_ = 0;
  std::size_t publishing_ = 0;  // turns, with block-sender
  std::vector<room_turn> late_; // leaves that could not be written
  steady_time late_due_ = steady_time::max();
  bool going_on_ = false;

  // Of a log that is shared.
  uint64_t opening_ = 0;
  bool was_open_ = false;                // by this actor
  std::vector<journal_news> early_news_; // while opening
  uint64_t own_life_ = 0;                // with which users here joined
  steady_time come_back_due_ = steady_time::max();
  std::map<uint64_t, steady_time> gone_; // lives, and when members leave

  // Of a lobby.
  std::map<connection_id, subscriber> players_; // connections with a seat
  struct announcement {
    room_turn turn;
    std::size_t missing = 0; // listings that have not answered
  };
  std::map<uint64_t, std::shared_ptr<announcement>> announced_; // by question
  std::weak_ptr<const bool> creating_;                          // while one is
  std::optional<listed_lobby> told_listings_; // what they were told last
  bool keeps_listed_ = false;                 // this node listed the lobby
  bool tending_ = false;                      // a turn of the node's waits
  steady_time tend_due_ = steady_time::max();
  steady_time listing_due_ = steady_time::max();

  // Of a listing.
  std::optional<matchmaker> matches_;
  std::string woken_up_to_; // the lobby, by name
  bool wakes_own_ = false;  // those of this node, too
  steady_time wake_due_ = steady_time::max();
  steady_time match_due_ = steady_time::max();

  steady_time reminder_ = steady_time::max();
  steady_time count_due_ = steady_time::max();

  // For other nodes that open the room.
  bus_subscription offers_;
  std::string given_; // a room_handover, encoded; empty: none
  uint64_t given_at_ = 0;
  steady_time given_until_ = steady_time::max();

  uint64_t last_question_ = 0;
  std::unordered_map<uint64_t, on_text> asked_; // of other nodes
  std::unordered_map<uint64_t, on_page> questions_;
  struct wanted_part {
    std::vector<replay_order> by;
    bool asked = false;
  };
  std::map<uint64_t, wanted_part> to_read_; // by the offset it follows
  std::vector<replay_order> late_replays_;  // one of each subscriber
  steady_time late_replays_due_ = steady_time::max();
  std::size_t replay_reads_ = 0;

  // The last snapshot that was encoded: all that are too far behind get it.
  uint64_t snapshot_at_ = 0;
  event_frames snapshot_frames_;
};

/// What members see of a user.
std::optional<payload> shown_info(const identity& user);

/// The actor of a room. It appends to the log and holds members in `memory`,
/// which nobody else touches while it lives. `node` outlives it.
topic_actor::behavior_type room(
    room_actor_state::pointer self, topic_ref identity,
    const node_context* node, std::shared_ptr<room_memory> memory);

} // namespace rookery

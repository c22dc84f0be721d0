#pragma once

#include "actors/room/replay.hpp"
#include "actors/room/room_holds.hpp"
#include "actors/room/room_log.hpp"
#include "actors/room/room_state.hpp"
#include "actors/topic/topic_core.hpp"

#include <memory>
#include <optional>

namespace rookery {

/// The state of a room's actor: the pure room, the log, and the connections
/// that this node has in it.
struct room_actor_state {
  static inline const char* name = "room";
  using pointer = topic_actor::stateful_pointer<room_actor_state>;

  std::optional<topic_core<pointer>> core;
  std::shared_ptr<room_log> log;
  std::shared_ptr<room_holds> holds;
  room_state room;
  room_connections connections;
  std::optional<replayer> replays;

  void take_over();
  void on_subscribe(const subscribe_order& order);
  void on_unsubscribe(const unsubscribe_order& order);
  void on_leave(const leave_order& order);
  void on_hold_over();
  void on_publish(const publish_order& order);
  void serve(const publish_order& order);
  void on_presence(const presence_order& order);
  void on_history(const history_order& order);
  void on_replay(const replay_order& order);
  void on_restart(const local_subscribers& found);
  void on_shrink(const shrink_order& order);

private:
  void answer_published(const publish_order& order, uint64_t offset);
  void enter(const subscriber& who, bool is_new);
  bool gone(const subscriber& who);
  void leave(const std::string& user, std::string_view reason);
  void go_on_holding();
  std::vector<member> members() const;
  snapshot_event snapshot() const;
  frame snapshot_frame(frame_form form);
  template <class... Cause>
  void tell(const room_event& event, const Cause&... cause);

  // The last snapshot that was encoded: all that are too far behind get it.
  uint64_t snapshot_at_ = 0;
  event_frames snapshot_frames_;
};

/// The actor of a room. It appends to `log` and holds members in `holds`, which
/// nobody else touches while it lives. `node` outlives it.
topic_actor::behavior_type room(
    room_actor_state::pointer self, topic_ref identity,
    const node_context* node, std::shared_ptr<room_log> log,
    std::shared_ptr<room_holds> holds);

} // namespace rookery

#pragma once

#include "actors/connection/departures.hpp"
#include "actors/connection/latest_values.hpp"
#include "actors/messages.hpp"
#include "actors/node_context.hpp"
#include "actors/runtime/slim_actor.hpp"
#include "base/decaying_rate.hpp"
#include "base/metrics/counters.hpp"
#include "net/io/timer_wheel.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace rookery {

class connection;

/// What a thread lends to the actors that are pinned to it. Tests make their
/// own, with a clock that they turn.
struct thread_services {
  uint16_t index = 0;
  timer_wheel* timers = nullptr;
  thread_counters* counters = nullptr;
  std::function<steady_time()> now;
  // Does the work on this thread, at that time at the earliest.
  std::function<void(steady_time, std::function<void()>)> call_at;
};

/// One subscriber on this thread, as the delivery loop needs it. One that is
/// not live gets no frames and costs no more than this: its cursor says from
/// where it goes on.
struct listener_entry {
  enum class pace : uint8_t {
    live,
    behind, // gets what it missed when there is room: a replay, or latest
            // values
    paused, // by the client
    parked, // with block-sender: a delivery waits for room in its outbox
    doomed, // gets nothing more: the supervisor has been told of a laggard
  };

  client_link* link = nullptr;
  connection* owner = nullptr;
  frame_form form = frame_form::json;
  pace at = pace::live;
  bool asked = false;    // a part of the replay is on its way
  bool tell_gap = false; // before the replay
  bool was_paused = false;
  bool keeps_waiting = false; // publishers, with block-sender
  /// Was live when the topic crashed: perhaps it lacks nothing.
  bool in_doubt = false;
  replay_source source = replay_source::ring; // of the repair, so far
  uint32_t dropped = 0; // without a log: not told to the client yet
  // The last offset, or version of a latest value, that it was sent; unless
  // live.
  uint64_t cursor = 0;
  uint64_t told = 0;          // events of the room up to there
  steady_time not_live_since; // nothing that it lacks is older

  /// It is sent nothing new from now on.
  void leave_live(pace next, steady_time now) noexcept {
    if (at == pace::live) {
      not_live_since = now;
      source = replay_source::ring;
      in_doubt = false;
    }
    at = next;
  }
};
/// What a subscription that is behind or paused costs its topic: as much as one
/// that is live, and no queue.
static_assert(sizeof(listener_entry) <= 64);

/// With block-sender: a delivery that some listeners of a thread have not taken
/// yet. There is one at a time.
struct stalled_delivery {
  uint64_t number = 0;
  event_frames frames;
  std::size_t missing = 0; // listeners
};

/// What one thread knows about one topic.
struct local_topic {
  enum class route : uint8_t { unknown, opening, open };

  std::string name;
  uint32_t number = 0; // never given again
  topic_ref identity;  // known from the first answer on
  route way = route::unknown;
  topic_actor handle;               // while open
  std::vector<topic_order> waiting; // while opening; bounded by credits
  std::vector<listener_entry> listeners;
  uint64_t newest = 0;     // offset of the last event that came by
  uint64_t told = 0;       // events of the room up to there
  uint32_t pins = 0;       // subscriptions that point here
  bool holding = false;    // frames wait for the end of `hold`
  decaying_rate publishes; // of this thread's clients
  overflow_policy policy = overflow_policy::repair; // once `identity` is known
  std::unique_ptr<latest_values> latest; // while a listener is not live
  std::unique_ptr<stalled_delivery> stalled;
};

/// How many messages of the topic's log a listener lacks.
uint64_t lag_of(const listener_entry& listener, const local_topic& topic);
/// How long it has not been live.
std::chrono::milliseconds
lag_time_of(const listener_entry& listener, steady_time now);

/// The FANOUT actor's implementation (actors/interfaces.hpp). The connections
/// of its thread call it directly.
///
/// Thread: its home unit's.
class fanout final : public slim_actor<fanout, fanout_actor> {
public:
  fanout(
      caf::actor_config& config, io_unit* home, thread_services services,
      const node_context& node);
  ~fanout() override;

  // -- for the connections of this thread
  const node_context& node() const noexcept { return node_; }
  thread_services& services() noexcept { return services_; }
  connection_id next_id() noexcept;
  /// By id, so that a page of them can be found again. Ids rise: to add and to
  /// remove takes no search.
  using connection_map = std::map<connection_id, actor_ref<connection>>;
  using connection_place = connection_map::iterator;
  connection_place add(actor_ref<connection> one);
  void remove(connection_place one);
  /// A connection left OPEN; `remove` follows.
  void count_closing() noexcept { ++closing_; }
  /// Those whose socket is or was full lately: who looks for slow ones need not
  /// look at all.
  void note_slow(const connection& one);
  void forget_slow(connection_id id) { slow_.erase(id); }
  local_topic& topic(const std::string& name);
  /// Sends an order to a topic, in the order of the calls; opens the topic if
  /// need be.
  void send(local_topic& to, topic_order order);
  void stop_listening(local_topic& topic, std::size_t index);
  /// Keeps the topic known while a subscription points to it.
  void pin(local_topic& topic) { ++topic.pins; }
  void unpin(local_topic& topic);

  /// There is room in the outbox of a listener: goes on with its replay.
  void go_on(local_topic& topic, std::size_t index);
  /// The client wants nothing of the topic for now, or all of it again.
  void pause(local_topic& topic, std::size_t index);
  void resume(local_topic& topic, std::size_t index);

  // -- messages
  void on(const deliver_order& order);
  void on(const replay_chunk& chunk);
  void on(const reset_order& order);
  void on(const attach_order& order);
  void on(const detach_order& order);
  void on(const seat_order& order);
  void on(const ask_order& order);
  void on(const opened_topic& opened);
  void on(const refused_topic& refused);
  bool on(forget_atom, const std::string& topic);
  local_subscribers on(lost_atom, const std::string& topic);
  void on(failed_atom, const std::string& topic);
  void on(const depart_order& order);
  uint64_t on(drain_atom, close_code code);
  state_counts on(count_atom);
  connection_page on(const scan_order& order);
  connection_page on(const inspect_order& order);
  void on(const cut_order& order);
  uint64_t on(const close_order& order);
  survey_page on(const survey_order& order);
  connection_page on(const deepest_order& order);
  topic_page on(const busiest_order& order);
  topic_page on(const load_order& order);

private:
  void on_exit() noexcept override;
  connection* find(connection_id id) const;
  local_topic* find_topic(const std::string& name);
  void forward(local_topic& to, topic_order&& order);
  void drop_if_unused(local_topic& topic);
  void refuse_waiting(local_topic& topic, const failure& why);
  bool deliver_to(
      local_topic& topic, listener_entry& to, const deliver_order& order);
  void tell_gap(listener_entry& to, const gap_event& gap);
  bool tell_dropped(listener_entry& to, const topic_ref& topic);
  // -- a full outbox (overflow.cpp)
  bool
  overflow(local_topic& topic, listener_entry& to, const deliver_order& order);
  void drop(const local_topic& of, listener_entry& to, uint32_t messages);
  latest_values::limits latest_limits() const;
  void note_latest(local_topic& topic, const deliver_order& order);
  void keep_latest(
      local_topic& topic, listener_entry& to, const deliver_order& order);
  void send_latest(local_topic& topic, listener_entry& to);
  void
  make_wait(local_topic& topic, listener_entry& to, const deliver_order& order);
  void push_parked(local_topic& topic, listener_entry& to);
  void taken(local_topic& topic, listener_entry& by);
  void waited_too_long(const std::string& name, uint64_t delivery);
  void go_live(local_topic& topic, listener_entry& one);
  void ask_replay(local_topic& topic, listener_entry& of);
  bool push_part(listener_entry& to, const replay_chunk& chunk);
  void hold(local_topic& topic);
  void time_arrival(const deliver_order& order);
  void time_delivery(const deliver_order& order);
  // -- while the node drains (departures.cpp)
  void tell_departures();
  void close_departed();
  void close_departed_at(steady_time due);

  thread_services services_;
  const node_context& node_;
  connection_map connections_;
  uint64_t closing_ = 0; // of those
  std::map<connection_id, const connection*> slow_;
  std::unordered_map<std::string, std::unique_ptr<local_topic>> topics_;
  std::unique_ptr<departures> departures_; // while the node drains
  uint64_t last_connection_ = 0;
  uint32_t last_topic_ = 0;
};

} // namespace rookery

#pragma once

#include "actors/api/call.hpp"
#include "actors/connection/fanout.hpp"
#include "actors/node_context.hpp"
#include "actors/room/room_memory.hpp"
#include "actors/supervisor/memory_guard.hpp"
#include "actors/supervisor/restart_limit.hpp"

#include <caf/response_promise.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace rookery {

/// Where one fanout lives, and what its thread lends it.
struct thread_place {
  io_unit* unit = nullptr; // null in deterministic tests
  thread_services services;
};

/// One topic of this node, as its supervisor knows it.
struct supervised_topic {
  enum class phase : uint8_t {
    running,
    retiring,   // threads were told to forget it, or it was asked to end
    restarting, // it crashed; threads are asked for its subscribers
    failed,     // it crashed too often; refused until the window has passed
  };

  topic_ref identity;
  topic_actor handle;
  std::shared_ptr<room_memory> memory; // of rooms: they go on after a crash
  restart_limit limit;
  phase now = phase::running;
  std::set<std::size_t> users;     // threads that have the handle
  std::set<std::size_t> waiting;   // threads that asked meanwhile
  std::size_t answers_missing = 0; // of threads
  local_subscribers found;         // of a restart
};

/// The state of the SUPERVISOR actor.
struct supervisor_state {
  using pointer = supervisor_actor::stateful_pointer<supervisor_state>;
  static inline const char* name = "supervisor";

  explicit supervisor_state(pointer actor)
      : self(actor) {}

  pointer self;
  node_context* node = nullptr;
  std::function<void(std::string)> on_fatal;
  std::unordered_map<std::string, supervised_topic> topics;
  std::unordered_map<caf::actor_id, std::string> names; // of running topics
  std::vector<actor_ref<fanout>> fanouts;
  uint32_t last_number = 0; // of a topic_identity
  std::optional<memory_guard> memory;
  alerter_actor alerts; // empty: switched off
  restart_limit alerts_limit{0, {}};
  bool stopping = false;
  caf::typed_response_promise<bool> stopped;

  void start(const std::vector<thread_place>& places);
  void on_open(const std::string& topic, const fanout_actor& from);
  void on_idle(const std::string& topic);
  void on_slow(const slow_report& report);
  void on_down(const caf::down_msg& down);
  void on_part(const part_order& order);
  void on_gone(const gone_order& order);
  void on_notice(const std::string& topic, const publish_order& order);
  caf::result<bool> on_drain();

private:
  void watch_for_alerts();
  supervised_topic* create(const std::string& topic);
  void run(supervised_topic& topic);
  void tell_opened(supervised_topic& topic, std::size_t thread);
  void ask_to_retire(const std::string& topic);
  void serve_waiting(supervised_topic& topic);
  void on_crash(supervised_topic& topic);
  void give_up(supervised_topic& topic);
  void on_found(const std::string& topic, local_subscribers found);
  void retired(const std::string& topic);
  void finish_if_stopped();
};

/// `node` is completed here: supervisor, registry and fanouts are ready when
/// this actor answers its first request. `on_fatal` is called, with a reason,
/// when something died that nobody can restart; from any thread.
supervisor_actor::behavior_type supervisor(
    supervisor_state::pointer self, node_context* node,
    std::vector<thread_place> places,
    std::function<void(std::string)> on_fatal);

} // namespace rookery

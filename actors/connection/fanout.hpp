#pragma once

#include "actors/messages.hpp"
#include "actors/node_context.hpp"
#include "actors/runtime/slim_actor.hpp"
#include "base/metrics/counters.hpp"
#include "net/io/timer_wheel.hpp"

#include <cstdint>
#include <functional>
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

/// One subscriber on this thread, as the delivery loop needs it.
struct listener_entry {
  client_link* link = nullptr;
  connection* owner = nullptr;
  frame_form form = frame_form::json;
  uint32_t dropped = 0; // not told to the client yet
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
  uint32_t pins = 0;    // subscriptions that point here
  bool holding = false; // frames wait for the end of `hold`
};

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
  void add(actor_ref<connection> one);
  void remove(connection_id id);
  local_topic& topic(const std::string& name);
  /// Sends an order to a topic, in the order of the calls; opens the topic if
  /// need be.
  void send(local_topic& to, topic_order order);
  void stop_listening(local_topic& topic, std::size_t index);
  /// Keeps the topic known while a subscription points to it.
  void pin(local_topic& topic) { ++topic.pins; }
  void unpin(local_topic& topic);

  // -- messages
  void on(const deliver_order& order);
  void on(const attach_order& order);
  void on(const detach_order& order);
  void on(const opened_topic& opened);
  void on(const refused_topic& refused);
  bool on(forget_atom, const std::string& topic);
  local_subscribers on(lost_atom, const std::string& topic);
  void on(failed_atom, const std::string& topic);
  uint64_t on(drain_atom, close_code code);
  uint64_t on(count_atom) { return connections_.size(); }

private:
  void on_exit() noexcept override;
  connection* find(connection_id id) const;
  local_topic* find_topic(const std::string& name);
  void forward(local_topic& to, topic_order&& order);
  void drop_if_unused(local_topic& topic);
  void refuse_waiting(local_topic& topic, const failure& why);
  bool deliver_to(listener_entry& to, const deliver_order& order, bool hold);
  void tell_dropped(listener_entry& to, const deliver_order& order);
  void hold(local_topic& topic);

  thread_services services_;
  const node_context& node_;
  std::unordered_map<connection_id, actor_ref<connection>> connections_;
  std::unordered_map<std::string, std::unique_ptr<local_topic>> topics_;
  std::vector<connection*> laggards_; // of one delivery
  uint64_t last_connection_ = 0;
  uint32_t last_topic_ = 0;
};

} // namespace rookery

#pragma once

#include "actors/topic/topic_core.hpp"

#include <atomic>
#include <memory>
#include <optional>

namespace rookery {

/// What came for a topic from other nodes and waits in its mailbox. More is
/// lost, and counted. Thread: any.
struct remote_inflow {
  static constexpr uint32_t messages_max = 8192;
  static constexpr std::size_t bytes_max = 16 * 1024 * 1024;
  std::atomic<uint32_t> messages{0};
  std::atomic<std::size_t> bytes{0};
};

/// A plain topic's state: it has listeners and nothing else.
struct topic_state {
  static inline const char* name = "topic";
  using pointer = topic_actor::stateful_pointer<topic_state>;

  std::optional<topic_core<pointer>> core;

  void on_subscribe(const subscribe_order& order);
  void on_unsubscribe(const unsubscribe_order& order);
  void on_leave(const leave_order& order);
  void on_restart(const local_subscribers& found);
  void on_publish(const publish_order& order);
  void on_remote(const remote_message& message);
  void on_taken(const taken_order& taken);
  void refuse(const asker& from, errc code, std::string_view why);

private:
  void serve(const publish_order& order);
  void watch_others();
  void tell_others(const publish_order& order, int64_t at);
  std::string subject() const;

  std::shared_ptr<remote_inflow> inflow_ = std::make_shared<remote_inflow>();
  bus_subscription others_; // what other nodes publish, while somebody listens
  bool listening_ = false;
};

/// The actor of a topic without a log. `node` outlives it.
topic_actor::behavior_type
topic(topic_state::pointer self, topic_ref identity, const node_context* node);

} // namespace rookery

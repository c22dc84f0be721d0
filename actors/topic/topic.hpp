#pragma once

#include "actors/topic/topic_core.hpp"

#include <optional>

namespace rookery {

/// A plain topic's state: it has listeners and nothing else.
struct topic_state {
  static inline const char* name = "topic";
  using pointer = topic_actor::stateful_pointer<topic_state>;

  std::optional<topic_core<pointer>> core;

  void on_subscribe(const subscribe_order& order);
  void on_publish(const publish_order& order);
  void on_taken(const taken_order& taken);
  void serve(const publish_order& order);
};

/// The actor of a topic without a log. `node` outlives it.
topic_actor::behavior_type
topic(topic_state::pointer self, topic_ref identity, const node_context* node);

} // namespace rookery

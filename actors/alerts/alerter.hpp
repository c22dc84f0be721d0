#pragma once

#include "actors/alerts/alert_board.hpp"
#include "actors/node_context.hpp"

#include <caf/error.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

/// The state of the ALERTER actor: looks at connections whose socket is full,
/// page by page, and at the topics that they are subscribed to. A connection is
/// crowded when its outbox is full to alerts.outbox-percent; topics and the
/// node are judged by their share of crowded connections.
///
/// What a check costs is bounded: it looks at no more than `pages_per_check`
/// pages for each thread of the node, and one with more connections gets its
/// look over several checks.
struct alerter_state {
  using pointer = alerter_actor::stateful_pointer<alerter_state>;
  static inline const char* name = "alerter";

  alerter_state(pointer actor)
      : self(actor) {}

  void start(const node_context& context);
  void on_tick();

private:
  static constexpr uint32_t visits_per_page = 2000;
  static constexpr std::size_t pages_per_check = 10;
  static constexpr std::size_t topics_max = 1000;

  template <class Page, class Order>
  void
  ask(std::size_t thread, void (alerter_state::*then)(Page&),
      const Order& order);
  void scan();
  void on_scanned(connection_page& page);
  void note(const connection_details& one);
  void look_up_topics();
  void on_loads(topic_page& page);
  void finish();
  void judge_node();
  void tell(const alert_notice& notice);
  uint32_t depth_of(const link_traffic& traffic) const;

  pointer self;
  const node_context* node = nullptr;
  std::optional<alert_board> board_;
  user_ref speaker_; // who the events are of

  // The look that is going on:
  bool looking_ = false;
  bool waiting_ = false; // for a thread, or for the next check
  std::size_t thread_ = 0;
  std::optional<uint64_t> from_;
  std::size_t pages_left_ = 0; // of this check
  std::size_t answers_missing_ = 0;
  std::vector<alert_level> levels_;
  uint64_t crowded_ = 0;
  std::map<std::string, uint64_t> crowded_of_; // by topic
  std::map<std::string, uint64_t> subscribers_of_;
};

/// Checks until it is told to exit. `node` outlives it.
alerter_actor::behavior_type
alerter(alerter_state::pointer self, const node_context* node);

} // namespace rookery

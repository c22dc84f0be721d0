#pragma once

#include "base/config/config.hpp"
#include "base/config/options.hpp"

#include <chrono>

// The options of alerts; see base/config/describe.hpp.

namespace rookery {

template <class Visitor>
void describe(Visitor& v, alerts_config& alerts) {
  using namespace option;
  using namespace std::chrono_literals;
  v.option(
      "enabled", alerts.enabled, flag{},
      "Tells of clients that do not keep up: in the log, as metric, and on the "
      "topic $sys.alerts.");
  v.option(
      "check-interval", alerts.check_interval, duration{100ms, 10min},
      "Pause between checks; one looks at up to 20,000 slow connections for "
      "each thread.");
  v.option(
      "after", alerts.after, duration{0ms, 1h},
      "How long something has to last; below laggard.grace, so that it is told "
      "before anybody is closed. An alert is cleared when its level has been "
      "below half for as long.");
  v.option(
      "outbox-percent", alerts.outbox_percent, number{1, 100, "percent"},
      "A connection whose socket is full is crowded from this share of "
      "outbox-messages-max or outbox-bytes-max on, which is an alert.");
  v.option(
      "topic-percent", alerts.topic_percent, number{1, 100, "percent"},
      "Share of crowded connections among a topic's subscribers, of at least "
      "10, that is an alert.");
  v.option(
      "node-percent", alerts.node_percent, number{1, 100, "percent"},
      "The same among all connections.");
}

} // namespace rookery

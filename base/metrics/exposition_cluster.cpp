#include "base/metrics/exposition_cluster.hpp"

#include <utility>

namespace rookery {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using enum prometheus::MetricType;

/// One number among the counts `C`.
template <class C>
struct counted {
  const char* name;
  const char* help;
  MetricType type;
  uint64_t C::*value;
};

MetricFamily
family(const char* name, const char* help, MetricType type, uint64_t number) {
  MetricFamily made;
  made.name = name;
  made.help = help;
  made.type = type;
  ClientMetric metric;
  const auto value = static_cast<double>(number);
  if (type == Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  made.metric.push_back(std::move(metric));
  return made;
}

template <class C, std::size_t N>
void add(
    const C& found, const counted<C> (&numbers)[N],
    std::vector<MetricFamily>& families) {
  for (const auto& one : numbers)
    families.push_back(family(one.name, one.help, one.type, found.*one.value));
}

constexpr counted<bus_counts> bus_numbers[]{
    {"rookery_bus_out_total",
     "Messages that the bus took from this node, requests and answers "
     "included.",
     Counter, &bus_counts::out},
    {"rookery_bus_out_bytes_total", "Their payloads.", Counter,
     &bus_counts::out_bytes},
    {"rookery_bus_refused_total",
     "Messages that the bus did not take: at a bound, or closed.", Counter,
     &bus_counts::refused},
    {"rookery_bus_in_total", "Messages that came to subscriptions.", Counter,
     &bus_counts::in},
    {"rookery_bus_in_bytes_total", "Their payloads.", Counter,
     &bus_counts::in_bytes},
    {"rookery_bus_dropped_total",
     "Messages that came and were dropped, since a subscription did not keep "
     "up.",
     Counter, &bus_counts::dropped},
    {"rookery_bus_unsent_total",
     "Messages that were taken and never sent: too long for the server, or the "
     "end came first.",
     Counter, &bus_counts::unsent},
    {"rookery_bus_reconnects_total", "Connections after the first.", Counter,
     &bus_counts::reconnects},
    {"rookery_bus_waiting_messages", "Messages that wait to be sent now.",
     Gauge, &bus_counts::waiting},
    {"rookery_bus_waiting_bytes", "Their payloads.", Gauge,
     &bus_counts::waiting_bytes},
    {"rookery_bus_requests", "Requests without an answer now.", Gauge,
     &bus_counts::requests},
    {"rookery_bus_subscriptions", "Subscriptions now.", Gauge,
     &bus_counts::subscriptions},
};

constexpr counted<member_counts> member_numbers[]{
    {"rookery_cluster_nodes",
     "Nodes that are alive now, as this one sees it, itself included.", Gauge,
     &member_counts::nodes},
    {"rookery_cluster_tombstones", "Ended lives that are known one by one now.",
     Gauge, &member_counts::tombstones},
    {"rookery_cluster_heartbeats_total", "Heartbeats of other nodes.", Counter,
     &member_counts::beats},
    {"rookery_cluster_heartbeats_refused_total",
     "Heartbeats of a version that this node does not know, damaged, or of too "
     "many nodes.",
     Counter, &member_counts::beats_refused},
    {"rookery_cluster_joined_total", "Other nodes that came.", Counter,
     &member_counts::joined},
    {"rookery_cluster_left_total", "Other nodes that said that they leave.",
     Counter, &member_counts::left},
    {"rookery_cluster_died_total",
     "Other nodes that were silent too long, or restarted.", Counter,
     &member_counts::died},
    {"rookery_cluster_notices_total",
     "Times that this node told another one that it was given up.", Counter,
     &member_counts::notices},
    {"rookery_cluster_fenced_total",
     "Times that this node was told that it was given up.", Counter,
     &member_counts::fenced},
    {"rookery_cluster_name_clashes_total",
     "Heartbeats of nodes whose name another one has.", Counter,
     &member_counts::name_clashes},
};

constexpr counted<peer_counts> peer_numbers[]{
    {"rookery_cluster_calls_total", "Calls to other nodes.", Counter,
     &peer_counts::calls},
    {"rookery_cluster_calls_failed_total",
     "Of these: refused by the other node, or not sent.", Counter,
     &peer_counts::failed},
    {"rookery_cluster_calls_timeouts_total",
     "Of these: nobody answered, in time or at all.", Counter,
     &peer_counts::timeouts},
    {"rookery_cluster_calls_to_dead_total",
     "Of these: the node was not alive, or died meanwhile.", Counter,
     &peer_counts::to_dead},
    {"rookery_cluster_calls_handled_total", "Calls of other nodes.", Counter,
     &peer_counts::handled},
    {"rookery_cluster_calls_refused_total",
     "Calls of other nodes that this one refused: unknown, damaged, or too "
     "many "
     "at once.",
     Counter, &peer_counts::refused},
    {"rookery_cluster_calls_waiting", "Calls without an answer now.", Gauge,
     &peer_counts::waiting},
    {"rookery_cluster_calls_handling",
     "Calls of other nodes that were not answered yet.", Gauge,
     &peer_counts::handling},
};

constexpr counted<user_index_counts> user_numbers[]{
    {"rookery_cluster_index_users",
     "Users with a connection here that this node tells others of.", Gauge,
     &user_index_counts::users},
    {"rookery_cluster_index_unknown_nodes",
     "Nodes that are asked for every user now, since theirs are not known.",
     Gauge, &user_index_counts::unknown},
    {"rookery_cluster_index_changes_total",
     "Changes of buckets that others were told of.", Counter,
     &user_index_counts::changes_out},
    {"rookery_cluster_index_posts_out_total", "Messages with or without them.",
     Counter, &user_index_counts::posts_out},
    {"rookery_cluster_index_posts_in_total", "Those of other nodes.", Counter,
     &user_index_counts::posts_in},
    {"rookery_cluster_index_posts_refused_total",
     "Of other nodes: of a version that this node does not know, or damaged.",
     Counter, &user_index_counts::posts_refused},
    {"rookery_cluster_index_gaps_total",
     "Times that a message of another node was missing.", Counter,
     &user_index_counts::gaps},
    {"rookery_cluster_index_resyncs_total",
     "Whole images of other nodes that were taken over.", Counter,
     &user_index_counts::resyncs},
    {"rookery_cluster_index_resync_failures_total",
     "Images that did not come, or were damaged.", Counter,
     &user_index_counts::resync_failures},
};

MetricFamily losses(const remote_loss_counts& found) {
  MetricFamily made;
  made.name = "rookery_remote_messages_lost_total";
  made.help = "Messages of other nodes for topics without a log that nobody "
              "here got, by reason.";
  made.type = Counter;
  for (const auto& [reason, number] :
       {std::pair{"full", found.full}, std::pair{"bus", found.bus},
        std::pair{"unreadable", found.unreadable}}) {
    ClientMetric metric;
    metric.counter.value = static_cast<double>(number);
    metric.label.push_back({"reason", reason});
    made.metric.push_back(std::move(metric));
  }
  return made;
}

} // namespace

void describe_bus(
    const bus_counts& found, std::vector<MetricFamily>& families) {
  const bool connected = found.state == bus_state::connected;
  families.push_back(family(
      "rookery_bus_connected", "1 while the bus has a connection.", Gauge,
      connected ? 1 : 0));
  add(found, bus_numbers, families);
}

void describe_cluster(
    const cluster_counts& found, std::vector<MetricFamily>& families) {
  families.push_back(family(
      "rookery_cluster_deaf",
      "1 while NATS does not answer this node, which takes nobody for dead.",
      Gauge, found.members.deaf ? 1 : 0));
  add(found.members, member_numbers, families);
  add(found.calls, peer_numbers, families);
  add(found.users, user_numbers, families);
  families.push_back(losses(found.lost));
}

} // namespace rookery

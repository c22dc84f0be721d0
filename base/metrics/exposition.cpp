#include "base/metrics/exposition.hpp"

#include "base/metrics/exposition_cluster.hpp"
#include "base/metrics/exposition_journal.hpp"
#include "base/metrics/exposition_survey.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <span>

namespace rookery {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using threads = std::vector<const thread_counters*>;

uint64_t sum(const threads& all, counter thread_counters::*member) {
  uint64_t total = 0;
  for (const auto* one : all)
    total += (one->*member).value();
  // Below zero for a moment, when one thread has subtracted already what
  // another has just not added yet.
  return static_cast<int64_t>(total) < 0 ? 0 : total;
}

MetricFamily family(std::string name, std::string help, MetricType type) {
  MetricFamily made;
  made.name = std::move(name);
  made.help = std::move(help);
  made.type = type;
  return made;
}

ClientMetric of(MetricType type, double value) {
  ClientMetric metric;
  if (type == MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  return metric;
}

MetricFamily
single(const char* name, const char* help, MetricType type, double value) {
  auto made = family(name, help, type);
  made.metric.push_back(of(type, value));
  return made;
}

struct described {
  const char* name;
  const char* help;
  MetricType type;
  counter thread_counters::*member;
};

constexpr described numbers[]{
    {"rookery_sockets_accepted_total",
     "Sockets accepted on the public listener.", MetricType::Counter,
     &thread_counters::accepted},
    {"rookery_connections_opened_total", "WebSocket connections opened.",
     MetricType::Counter, &thread_counters::upgraded},
    {"rookery_connections", "WebSocket connections that are open now.",
     MetricType::Gauge, &thread_counters::open},
    {"rookery_http_requests_total",
     "HTTP requests answered without an upgrade.", MetricType::Counter,
     &thread_counters::http_requests},
    {"rookery_messages_received_total", "Messages received from clients.",
     MetricType::Counter, &thread_counters::messages_in},
    {"rookery_received_bytes_total", "Bytes received from clients.",
     MetricType::Counter, &thread_counters::bytes_in},
    {"rookery_frames_sent_total", "Frames that sockets took.",
     MetricType::Counter, &thread_counters::frames_out},
    {"rookery_sent_bytes_total", "Bytes that sockets took.",
     MetricType::Counter, &thread_counters::bytes_out},
    {"rookery_sends_total",
     "Times a socket took bytes; one send may carry many frames.",
     MetricType::Counter, &thread_counters::sends},
    {"rookery_error_replies_total", "Error events sent to clients.",
     MetricType::Counter, &thread_counters::errors_out},
    {"rookery_publishes_total", "Publishes taken from clients.",
     MetricType::Counter, &thread_counters::publishes},
    {"rookery_deliveries_total", "Frames that topics put into outboxes.",
     MetricType::Counter, &thread_counters::deliveries},
    {"rookery_deliveries_in_mailboxes",
     "Deliveries that wait in the mailboxes of the threads' fanouts.",
     MetricType::Gauge, &thread_counters::deliveries_waiting},
    {"rookery_deliveries_refused_total", "Frames that a full outbox refused.",
     MetricType::Counter, &thread_counters::dropped},
    {"rookery_subscriptions", "Subscriptions that exist now.",
     MetricType::Gauge, &thread_counters::subscriptions},
    {"rookery_reading_paused_total", "Times a client ran out of credit.",
     MetricType::Counter, &thread_counters::reading_paused},
    {"rookery_gaps_total",
     "Times a subscriber was told that it did not get some events.",
     MetricType::Counter, &thread_counters::gaps},
};

/// One value of a label.
struct labelled {
  const char* value;
  counter thread_counters::*member;
};
constexpr labelled repair_sources[]{
    {"ring", &thread_counters::repairs_from_ring},
    {"journal", &thread_counters::repairs_from_journal},
    {"snapshot", &thread_counters::repairs_from_snapshot},
};
constexpr labelled pause_directions[]{
    {"sent", &thread_counters::flow_pauses_sent},
    {"received", &thread_counters::flow_pauses_received},
};

constexpr labelled handshake_results[]{
    {"full", &thread_counters::tls_full},
    {"resumed", &thread_counters::tls_resumed},
    {"failed", &thread_counters::tls_failed},
};

/// One counter for each value of a label.
MetricFamily counters(
    const threads& all, const char* name, const char* help, const char* label,
    std::span<const labelled> values) {
  auto made = family(name, help, MetricType::Counter);
  for (const auto& one : values) {
    auto metric =
        of(MetricType::Counter, static_cast<double>(sum(all, one.member)));
    metric.label.push_back({label, one.value});
    made.metric.push_back(std::move(metric));
  }
  return made;
}

MetricFamily dropped(const threads& all) {
  // As in a configuration; 0 is `automatic`, which comes to one of the others.
  constexpr std::array<const char*, overflow_policies> policies{
      "",
      "repair",
      "drop-oldest",
      "drop-newest",
      "keep-latest",
      "block-sender",
      "disconnect"};
  auto made = family(
      "rookery_events_dropped_total",
      "Events that a subscriber did not get and will not, by overflow policy.",
      MetricType::Counter);
  for (std::size_t i = 1; i < policies.size(); ++i) {
    uint64_t total = 0;
    for (const auto* one : all)
      total += one->dropped_by_policy[i].value();
    auto metric = of(MetricType::Counter, static_cast<double>(total));
    metric.label.push_back({"policy", policies[i]});
    made.metric.push_back(std::move(metric));
  }
  return made;
}

MetricFamily closes(const threads& all) {
  auto made = family(
      "rookery_connections_closed_total",
      "WebSocket connections that ended, by reason.", MetricType::Counter);
  for (std::size_t i = 0; i < counted_closes.size(); ++i) {
    uint64_t total = 0;
    for (const auto* one : all)
      total += one->closed[i].value();
    auto metric = of(MetricType::Counter, static_cast<double>(total));
    metric.label.push_back({"reason", std::string{name(counted_closes[i])}});
    made.metric.push_back(std::move(metric));
  }
  return made;
}

MetricFamily refused(const threads& all) {
  auto made = family(
      "rookery_upgrades_refused_total",
      "Clients that were not let in, by reason.", MetricType::Counter);
  for (std::size_t i = 1; i < refusals.size(); ++i) { // 0 is none
    uint64_t total = 0;
    for (const auto* one : all)
      total += one->refused[i].value();
    auto metric = of(MetricType::Counter, static_cast<double>(total));
    metric.label.push_back({"reason", std::string{refusals[i].name}});
    made.metric.push_back(std::move(metric));
  }
  return made;
}

MetricFamily latency(
    const threads& all, const char* name, const char* help,
    latency_histogram thread_counters::*member) {
  auto made = family(name, help, MetricType::Histogram);
  ClientMetric metric;
  uint64_t cumulative = 0;
  for (std::size_t i = 0; i < latency_histogram::buckets; ++i) {
    for (const auto* one : all)
      cumulative += (one->*member).count(i);
    ClientMetric::Bucket bucket;
    bucket.cumulative_count = cumulative;
    bucket.upper_bound = i < latency_bounds.size()
                             ? latency_bounds[i]
                             : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back(bucket);
  }
  metric.histogram.sample_count = cumulative;
  for (const auto* one : all)
    metric.histogram.sample_sum += (one->*member).sum_seconds();
  made.metric.push_back(std::move(metric));
  return made;
}

void add_memory(std::vector<MetricFamily>& to, const node_numbers& node) {
  constexpr std::array<const char*, memory_kinds> kinds{
      "frames", "outboxes", "rings"};
  auto used = family(
      "rookery_memory_used_bytes",
      "Bytes in use of those that the memory budget is for.",
      MetricType::Gauge);
  for (std::size_t i = 0; i < memory_kinds; ++i) {
    auto metric =
        of(MetricType::Gauge, static_cast<double>(node.memory.by_kind[i]));
    metric.label.push_back({"kind", kinds[i]});
    used.metric.push_back(std::move(metric));
  }
  to.push_back(std::move(used));
  to.push_back(single(
      "rookery_memory_budget_bytes", "The memory budget.", MetricType::Gauge,
      static_cast<double>(node.memory_budget)));
  to.push_back(single(
      "rookery_memory_level",
      "What is done about memory: 0 nothing, 1 rooms keep less, 2 new "
      "connections are refused, 3 laggards are closed.",
      MetricType::Gauge, static_cast<double>(node.memory_level)));
}

struct described_latency {
  const char* name;
  const char* help;
  latency_histogram thread_counters::*member;
};

constexpr described_latency latencies[]{
    {"rookery_publish_to_log_seconds",
     "From the arrival of a publish to its place in the topic's order, the "
     "wait in the topic's mailbox included.",
     &thread_counters::publish_to_log},
    {"rookery_publish_to_outbox_seconds",
     "From the arrival of a publish to its frame in the outboxes of a thread.",
     &thread_counters::publish_to_outbox},
    {"rookery_log_to_socket_seconds",
     "From an event's place in the order to the send that gave it to the "
     "sockets of a thread; of each batch its oldest event.",
     &thread_counters::log_to_socket},
    {"rookery_delivery_in_mailbox_seconds",
     "How long a delivery waited in the mailbox of a thread's fanout.",
     &thread_counters::delivery_in_mailbox},
};

MetricFamily alerts(const node_numbers& node) {
  auto made = family(
      "rookery_alerts", "Alerts that are raised now.", MetricType::Gauge);
  for (const auto scope : alert_scopes) {
    auto metric =
        of(MetricType::Gauge,
           static_cast<double>(node.alerts[static_cast<std::size_t>(scope)]));
    metric.label.push_back({"scope", std::string{name(scope)}});
    made.metric.push_back(std::move(metric));
  }
  return made;
}

} // namespace

std::string expose_metrics(const threads& all, const node_numbers& node) {
  std::vector<MetricFamily> families;
  for (const auto& one : numbers)
    families.push_back(single(
        one.name, one.help, one.type,
        static_cast<double>(sum(all, one.member))));
  families.push_back(closes(all));
  families.push_back(refused(all));
  families.push_back(dropped(all));
  families.push_back(counters(
      all, "rookery_repairs_total",
      "Subscriptions that were behind and are live again, by what they got.",
      "source", repair_sources));
  families.push_back(counters(
      all, "rookery_flow_pauses_total",
      "flow.pause, sent to clients and "
      "received from them.",
      "direction", pause_directions));
  families.push_back(counters(
      all, "rookery_tls_handshakes_total",
      "TLS handshakes with clients, by how they ended.", "result",
      handshake_results));
  for (const auto& one : latencies)
    families.push_back(latency(all, one.name, one.help, one.member));
  families.push_back(alerts(node));
  if (node.survey)
    describe_survey(*node.survey, families);
  if (node.journal)
    describe_journal(*node.journal, families);
  if (node.bus)
    describe_bus(*node.bus, families);
  if (node.cluster)
    describe_cluster(*node.cluster, families);
  families.push_back(single(
      "rookery_topics", "Topics that are in use now.", MetricType::Gauge,
      static_cast<double>(node.topics)));
  families.push_back(single(
      "rookery_users", "Users with an open connection now.", MetricType::Gauge,
      static_cast<double>(node.users)));
  add_memory(families, node);
  return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace rookery

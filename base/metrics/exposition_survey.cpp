#include "base/metrics/exposition_survey.hpp"

#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

namespace rookery {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using values = std::initializer_list<std::pair<const char*, uint64_t>>;

/// One gauge for each value of a label; without a label there is one gauge.
MetricFamily
gauges(const char* name, const char* help, const char* label, values all) {
  MetricFamily made;
  made.name = name;
  made.help = help;
  made.type = MetricType::Gauge;
  for (const auto& [what, count] : all) {
    ClientMetric metric;
    metric.gauge.value = static_cast<double>(count);
    if (*label)
      metric.label.push_back({label, what});
    made.metric.push_back(std::move(metric));
  }
  return made;
}

/// `unit` is what the values count, in the metric's own.
MetricFamily histogram(
    const char* name, const std::string& help, const spread& found,
    double unit = 1) {
  MetricFamily made;
  made.name = name;
  made.help = help + " A moment's picture: to be read without rate().";
  made.type = MetricType::Histogram;
  ClientMetric metric;
  uint64_t cumulative = 0;
  for (std::size_t i = 0; i < found.counts.size(); ++i) {
    cumulative += found.counts[i];
    ClientMetric::Bucket bucket;
    bucket.cumulative_count = cumulative;
    bucket.upper_bound = i < size_bounds.size()
                             ? unit * static_cast<double>(size_bounds[i])
                             : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back(bucket);
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = unit * static_cast<double>(found.sum);
  made.metric.push_back(std::move(metric));
  return made;
}

} // namespace

void describe_survey(
    const connection_survey& found, std::vector<MetricFamily>& families) {
  families.push_back(gauges(
      "rookery_connections_by_state", "Connections by the state of their life.",
      "state",
      {{"connecting", found.connecting},
       {"open", found.open},
       {"closing", found.closing}}));
  families.push_back(gauges(
      "rookery_connections_blocked", "Connections whose socket is full.", "",
      {{"", found.blocked}}));
  families.push_back(gauges(
      "rookery_outbox_messages", "Messages that wait in all outboxes.", "",
      {{"", found.outbox_messages.sum}}));
  families.push_back(gauges(
      "rookery_outbox_bytes", "Bytes that wait in all outboxes.", "",
      {{"", found.outbox_bytes.sum}}));
  families.push_back(histogram(
      "rookery_outbox_depth_messages",
      "Messages in each outbox that is not empty.", found.outbox_messages));
  families.push_back(histogram(
      "rookery_outbox_depth_bytes", "Bytes in each outbox that is not empty.",
      found.outbox_bytes));
  families.push_back(gauges(
      "rookery_subscriptions_not_live",
      "Subscriptions that are sent nothing new at present.", "state",
      {{"behind", found.subscriptions_behind},
       {"paused", found.subscriptions_paused}}));
  families.push_back(histogram(
      "rookery_subscription_lag_messages",
      "Messages of the log that each subscription that is not live lacks.",
      found.lag));
  families.push_back(histogram(
      "rookery_subscription_lag_seconds",
      "How long each subscription that is not live has not been.", found.lag_ms,
      0.001));
}

} // namespace rookery

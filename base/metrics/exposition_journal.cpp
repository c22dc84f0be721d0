#include "base/metrics/exposition_journal.hpp"

#include <limits>

namespace rookery {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

struct described {
  const char* name;
  const char* help;
  MetricType type;
  uint64_t value;
};

MetricFamily number(const described& one) {
  MetricFamily made;
  made.name = one.name;
  made.help = one.help;
  made.type = one.type;
  ClientMetric metric;
  const auto value = static_cast<double>(one.value);
  if (one.type == MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  made.metric.push_back(std::move(metric));
  return made;
}

MetricFamily commit_times(const journal_counts& found) {
  MetricFamily made;
  made.name = "rookery_journal_commit_seconds";
  made.help = "How long commits took, the wait for the disk included.";
  made.type = MetricType::Histogram;
  ClientMetric metric;
  auto& histogram = metric.histogram;
  uint64_t cumulative = 0;
  for (std::size_t i = 0; i < found.commits_by_seconds.size(); ++i) {
    cumulative += found.commits_by_seconds[i];
    const bool is_last = i == journal_counts::seconds_bounds.size();
    histogram.bucket.push_back(
        {cumulative, is_last ? std::numeric_limits<double>::infinity()
                             : journal_counts::seconds_bounds[i]});
  }
  histogram.sample_count = cumulative;
  histogram.sample_sum = found.commit_seconds;
  made.metric.push_back(std::move(metric));
  return made;
}

} // namespace

void describe_journal(
    const journal_counts& found, std::vector<MetricFamily>& families) {
  using enum MetricType;
  for (const auto& one :
       {described{
            "rookery_journal_entries_total", "Entries that were stored.",
            Counter, found.entries},
        described{
            "rookery_journal_failures_total",
            "Batches that could not be stored; their publishers were told "
            "error 108.",
            Counter, found.failures},
        described{
            "rookery_journal_reads_total",
            "Parts of logs that were read, for replays and history.", Counter,
            found.reads},
        described{
            "rookery_journal_news_total",
            "Batches of a shared journal that were handed to its topics.",
            Counter, found.news},
        described{
            "rookery_journal_gaps_total",
            "Times that batches of a shared journal did not come by "
            "themselves and were read.",
            Counter, found.gaps},
        described{
            "rookery_journal_tail_checks_total",
            "Looks at the last batch of a topic of a shared journal.", Counter,
            found.tail_checks},
        described{
            "rookery_journal_backlog_entries", "Entries that wait now.", Gauge,
            found.backlog_entries},
        described{
            "rookery_journal_backlog_bytes", "Bytes that wait now.", Gauge,
            found.backlog_bytes},
        described{
            "rookery_journal_file_bytes",
            "Size of the journal with its write-ahead log.", Gauge,
            found.file_bytes},
        described{
            "rookery_journal_failing",
            "1 while the last batch could not be stored.", Gauge,
            found.failing ? uint64_t{1} : uint64_t{0}}})
    families.push_back(number(one));
  families.push_back(commit_times(found));
}

} // namespace rookery

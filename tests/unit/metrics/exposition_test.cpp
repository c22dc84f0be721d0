#include "base/metrics/exposition.hpp"

#include <gmock/gmock.h>

namespace rookery {

namespace {

using ::testing::HasSubstr;

TEST(Exposition, SumsOverThreads) {
  thread_counters one, two;
  one.publishes.add(3);
  two.publishes.add(4);
  EXPECT_THAT(
      expose_metrics({&one, &two}, {}),
      HasSubstr("\n# TYPE rookery_publishes_total counter\n"
                "rookery_publishes_total 7\n"));
}

TEST(Exposition, AGaugeMayFallOnAnotherThread) {
  thread_counters one, two;
  one.open.add(2);
  two.open.subtract();
  EXPECT_THAT(
      expose_metrics({&one, &two}, {}), HasSubstr("\nrookery_connections 1\n"));
}

TEST(Exposition, CountsClosesByReason) {
  thread_counters one;
  one.count_close(close_code::laggard);
  one.count_close(static_cast<close_code>(3999)); // a client's own
  const auto text = expose_metrics({&one}, {});
  EXPECT_THAT(
      text, HasSubstr(
                "rookery_connections_closed_total{reason=\""
                + std::string{name(close_code::laggard)} + "\"} 1\n"));
  EXPECT_THAT(
      text, HasSubstr(
                "rookery_connections_closed_total{reason=\""
                + std::string{name(counted_closes.back())} + "\"} 1\n"));
}

TEST(Exposition, BucketsOfAHistogramAreCumulative) {
  thread_counters one;
  one.publish_to_outbox.observe_ns(10'000);         // the first bucket's bound
  one.publish_to_outbox.observe_ns(10'001);         // the second bucket
  one.publish_to_outbox.observe_ns(60'000'000'000); // beyond all
  const auto text = expose_metrics({&one}, {});
  const std::string name = "rookery_publish_to_outbox_seconds";
  EXPECT_THAT(text, HasSubstr(name + "_count 3\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{le=\"1e-05\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{le=\"10\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum 60.000020"));
}

TEST(Exposition, NumbersOfTheNode) {
  const auto text = expose_metrics({}, {12, 5});
  EXPECT_THAT(text, HasSubstr("\nrookery_topics 12\n"));
  EXPECT_THAT(text, HasSubstr("\nrookery_users 5\n"));
}

TEST(Exposition, MemoryByKindAndItsBudget) {
  node_numbers node;
  node.memory.by_kind = {1, 20, 300};
  node.memory_budget = 4096;
  node.memory_level = 2;
  const auto text = expose_metrics({}, node);
  const std::string used = "\nrookery_memory_used_bytes{kind=\"";
  EXPECT_THAT(text, HasSubstr(used + "frames\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(used + "outboxes\"} 20\n"));
  EXPECT_THAT(text, HasSubstr(used + "rings\"} 300\n"));
  EXPECT_THAT(text, HasSubstr("\nrookery_memory_budget_bytes 4096\n"));
  EXPECT_THAT(text, HasSubstr("\nrookery_memory_level 2\n"));
}

} // namespace

} // namespace rookery

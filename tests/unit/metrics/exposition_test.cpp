#include "base/metrics/exposition.hpp"

#include <gmock/gmock.h>

namespace rookery {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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
  const auto text = expose_metrics({}, {12, 5, {3, 2, 1}, {}});
  EXPECT_THAT(text, HasSubstr("\nrookery_topics 12\n"));
  EXPECT_THAT(text, HasSubstr("\nrookery_users 5\n"));
  EXPECT_THAT(
      text, HasSubstr("\nrookery_alerts{scope=\"connection\"} 3\n"
                      "rookery_alerts{scope=\"topic\"} 2\n"
                      "rookery_alerts{scope=\"node\"} 1\n"));
}

TEST(Exposition, CountsDropsByPolicyAndNamesThemAsTheConfigurationDoes) {
  thread_counters one, two;
  one.count_dropped(overflow_policy::keep_latest, 5);
  two.count_dropped(overflow_policy::keep_latest);
  two.count_dropped(overflow_policy::disconnect, 2);
  const auto text = expose_metrics({&one, &two}, {});
  const std::string name = "\nrookery_events_dropped_total{policy=";
  EXPECT_THAT(text, HasSubstr(name + "\"keep-latest\"} 6\n"));
  EXPECT_THAT(text, HasSubstr(name + "\"disconnect\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "\"drop-oldest\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr(name + "\"\"}")));
}

TEST(Exposition, CountsRepairsBySourceAndPausesByDirection) {
  thread_counters one;
  one.repairs_from_ring.add(4);
  one.repairs_from_snapshot.add(1);
  one.flow_pauses_sent.add(2);
  one.flow_pauses_received.add(3);
  one.gaps.add(9);
  const auto text = expose_metrics({&one}, {});
  for (const auto* line :
       {"rookery_repairs_total{source=\"ring\"} 4\n",
        "rookery_repairs_total{source=\"snapshot\"} 1\n",
        "rookery_flow_pauses_total{direction=\"sent\"} 2\n",
        "rookery_flow_pauses_total{direction=\"received\"} 3\n",
        "\nrookery_gaps_total 9\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Exposition, TimesTheOldestDeliveryOfABatchUpToTheSend) {
  thread_counters one;
  const std::chrono::steady_clock::time_point start{};
  one.unsent_since = start;
  one.count_sent(start + std::chrono::milliseconds{2});
  EXPECT_FALSE(one.unsent_since);
  const auto text = expose_metrics({&one}, {});
  const std::string name = "rookery_log_to_socket_seconds";
  EXPECT_THAT(text, HasSubstr(name + "_bucket{le=\"0.001\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{le=\"0.0025\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum 0.002"));
}

TEST(Exposition, ShowsASurveyWhereThereIsOne) {
  connection_survey thread, found;
  thread.open = 5;
  thread.blocked = 2;
  thread.outbox_messages.observe(0); // is no outbox that is not empty
  thread.outbox_messages.observe(1);
  thread.outbox_messages.observe(5);
  thread.outbox_messages.observe(2'000'000);
  thread.outbox_bytes.observe(700);
  thread.subscriptions_paused = 1;
  thread.lag.observe(40);
  thread.lag_ms.observe(1500);
  found.closing = 1;
  found.outbox_messages.observe(4);
  found.add(thread);
  node_numbers node;
  node.survey = found;
  const auto text = expose_metrics({}, node);
  for (const auto* line :
       {"rookery_connections_by_state{state=\"open\"} 5\n",
        "rookery_connections_by_state{state=\"closing\"} 1\n",
        "\nrookery_connections_blocked 2\n",
        "\nrookery_outbox_messages 2000010\n", "\nrookery_outbox_bytes 700\n",
        "rookery_outbox_depth_messages_bucket{le=\"1\"} 1\n",
        "rookery_outbox_depth_messages_bucket{le=\"4\"} 2\n",
        "rookery_outbox_depth_messages_bucket{le=\"16\"} 3\n",
        "rookery_outbox_depth_messages_bucket{le=\"+Inf\"} 4\n",
        "rookery_outbox_depth_messages_count 4\n",
        "rookery_subscriptions_not_live{state=\"paused\"} 1\n",
        "rookery_subscription_lag_messages_sum 40\n",
        "rookery_subscription_lag_seconds_bucket{le=\"1.024\"} 0\n",
        "rookery_subscription_lag_seconds_bucket{le=\"4.096\"} 1\n",
        "rookery_subscription_lag_seconds_sum 1.5\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(
      expose_metrics({}, {}), Not(HasSubstr("rookery_outbox_messages")));
}

TEST(Exposition, ShowsAClusterWhereThereIsOne) {
  node_numbers node;
  EXPECT_THAT(expose_metrics({}, node), Not(HasSubstr("rookery_bus_")));
  EXPECT_THAT(expose_metrics({}, node), Not(HasSubstr("rookery_cluster_")));
  node.bus.emplace().in = 3;
  node.cluster.emplace().members.nodes = 2;
  const auto text = expose_metrics({}, node);
  EXPECT_THAT(text, HasSubstr("\nrookery_bus_in_total 3\n"));
  EXPECT_THAT(text, HasSubstr("\nrookery_cluster_nodes 2\n"));
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

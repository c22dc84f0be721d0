#include "base/metrics/exposition_cluster.hpp"

#include <gmock/gmock.h>
#include <prometheus/text_serializer.h>

#include <set>

namespace rookery {

namespace {

using ::testing::HasSubstr;

std::string text(const std::vector<prometheus::MetricFamily>& families) {
  return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace

TEST(exposition_cluster, tells_what_a_bus_did) {
  bus_counts found;
  found.out = 3;
  found.waiting = 2;
  std::vector<prometheus::MetricFamily> families;
  describe_bus(found, families);
  EXPECT_THAT(text(families), HasSubstr("\nrookery_bus_out_total 3\n"));
  EXPECT_THAT(text(families), HasSubstr("\nrookery_bus_waiting_messages 2\n"));
  EXPECT_THAT(text(families), HasSubstr("\nrookery_bus_connected 0\n"));
  families.clear();
  found.state = bus_state::connected;
  describe_bus(found, families);
  EXPECT_THAT(text(families), HasSubstr("\nrookery_bus_connected 1\n"));
}

TEST(exposition_cluster, tells_what_a_node_has_of_its_cluster) {
  cluster_counts found;
  found.members.nodes = 5;
  found.members.fenced = 1;
  found.calls.timeouts = 7;
  found.users.resyncs = 9;
  found.lost.full = 11;
  std::vector<prometheus::MetricFamily> families;
  describe_cluster(found, families);
  const auto all = text(families);
  EXPECT_THAT(
      all, HasSubstr("# TYPE rookery_cluster_nodes gauge\n"
                     "rookery_cluster_nodes 5\n"));
  EXPECT_THAT(
      all, HasSubstr("# TYPE rookery_cluster_fenced_total counter\n"
                     "rookery_cluster_fenced_total 1\n"));
  EXPECT_THAT(all, HasSubstr("\nrookery_cluster_calls_timeouts_total 7\n"));
  EXPECT_THAT(all, HasSubstr("\nrookery_cluster_index_resyncs_total 9\n"));
  EXPECT_THAT(
      all,
      HasSubstr("\nrookery_remote_messages_lost_total{reason=\"full\"} 11\n"));
}

TEST(exposition_cluster, gives_each_family_its_name_and_help) {
  std::vector<prometheus::MetricFamily> families;
  describe_bus({}, families);
  describe_cluster({}, families);
  std::set<std::string> names;
  for (const auto& one : families) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_FALSE(one.help.empty());
    const bool total = one.name.ends_with("_total");
    EXPECT_EQ(total, one.type == prometheus::MetricType::Counter) << one.name;
  }
}

} // namespace rookery

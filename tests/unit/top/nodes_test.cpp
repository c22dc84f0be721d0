#include "actors/top/nodes.hpp"

#include <gmock/gmock.h>

namespace rookery {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(nodes_table, has_a_line_for_each_node) {
  const auto lines = nodes_table(
      R"({"cluster":"x","node":"n1","nodes":[
          {"node":"n1","life":"1f","state":"up","version":"rookery/0.1.0",
           "connections":12000,"topics":7,"users":11999,
           "accepts_per_second":1000,"journal_lag_ms":3,"journal_backlog":0,
           "address":"127.0.0.1:9000","started_at":1000,"last_seen_ms":0},
          {"node":"n2\u001b[2J","state":"draining","started_at":9000}]})",
      66'000);
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 3u);
  EXPECT_THAT(lines->at(0), HasSubstr("NODE"));
  EXPECT_THAT(
      lines->at(1),
      MatchesRegex("n1 +up +rookery/0.1.0 +12.0k +12.0k +7 +1000 +3ms +0 "
                   "+1m05s +0ms +127.0.0.1:9000"));
  EXPECT_THAT(lines->at(2), HasSubstr("n2?[2J"));
  EXPECT_THAT(lines->at(2), HasSubstr("draining"));
}

TEST(nodes_table, is_refused_where_there_is_none) {
  EXPECT_FALSE(nodes_table("{}", 0));
  EXPECT_FALSE(nodes_table("not found", 0));
}

} // namespace
} // namespace rookery

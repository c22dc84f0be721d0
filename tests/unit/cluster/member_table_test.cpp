#include "base/protocol/packed_fields.hpp"
#include "cluster/membership/member_table.hpp"

#include <gmock/gmock.h>

namespace rookery {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using what = cluster_event::what;
using cause = cluster_fencing::cause;

constexpr node_life mine = 1'000;

node_beat beat_of(
    const std::string& name, node_life life, uint64_t sequence,
    node_state state = node_state::up) {
  return {name, life, sequence, state, false, {}};
}

/// The table of node "me", which ticks as it should.
class member_table_test : public ::testing::Test {
protected:
  member_table_test() { table.set_connected(true, now); }

  member_outcome hear(const cluster_word& word) {
    return table.heard(word, now);
  }
  std::vector<cluster_event> pass(std::chrono::milliseconds time) {
    std::vector<cluster_event> events;
    for (const auto end = now + time; now < end;) {
      now += 250ms;
      if (hears_itself)
        if (const auto own = table.beat(false))
          static_cast<void>(table.heard(*own, now));
      auto out = table.tick(now);
      events.insert(events.end(), out.events.begin(), out.events.end());
    }
    return events;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& one : table.view(now).nodes)
      all.push_back(one.name);
    return all;
  }

  std::chrono::milliseconds now = 1'000'000ms;
  bool hears_itself = true;
  member_table table{{.name = "me"}, mine, now};
};

} // namespace

TEST(life, rises_with_the_clock_and_above_what_it_is_told) {
  const auto one = make_life(1'700'000'000'000ms, ~uint64_t{0});
  EXPECT_LT(one, make_life(1'700'000'000'001ms, 0));
  EXPECT_GT(make_life(1ms, 7, one), one);
  EXPECT_EQ(make_life(std::chrono::milliseconds::max(), 0) >> 63, 0u);
  EXPECT_GT(make_life(-5ms, 0), 0u);
  const auto first = make_life();
  EXPECT_GT(make_life(first), first);
}

TEST(heartbeat, says_what_it_was_given) {
  node_beat beat{"n", 5, 6, node_state::draining, true, {}};
  beat.facts = {"1.2.3", 1, 2, 3, 4, 5, 6, 7, "10.0.0.1:9000", -8};
  const auto read = decode_word(encode(beat));
  ASSERT_TRUE(read) << read.error().message;
  const auto& got = std::get<node_beat>(*read);
  EXPECT_EQ(got.name, "n");
  EXPECT_EQ(got.life, 5u);
  EXPECT_EQ(got.sequence, 6u);
  EXPECT_EQ(got.state, node_state::draining);
  EXPECT_TRUE(got.asks);
  EXPECT_EQ(got.facts, beat.facts);
  const auto notice = decode_word(encode(fence_notice{7, 9, true, "x"}));
  ASSERT_TRUE(notice);
  EXPECT_EQ(std::get<fence_notice>(*notice).above, 9u);
}

TEST(heartbeat, skips_fields_of_a_later_version_and_refuses_other_versions) {
  auto bytes = encode(fence_notice{7, 9, false, "x"});
  ASSERT_EQ(bytes[0], '\x96'); // an array of six
  bytes[0] = '\x97';
  packed_fields_writer{bytes}.put(uint64_t{42});
  EXPECT_TRUE(decode_word(bytes));

  for (const auto& [version, kind] : {std::pair{2u, 0u}, {1u, 9u}}) {
    std::string other;
    packed_fields_writer to{other};
    to.array(2);
    to.put(version);
    to.put(kind);
    const auto read = decode_word(other);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::bad_request);
  }
}

TEST(heartbeat, refuses_whatever_it_did_not_write) {
  const auto good = encode(node_beat{"n", 5, 6, node_state::up, true, {}});
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(decode_word(good.substr(0, i)));
    for (const char with : {'\0', '\xff', '\xdd', '\xc6'}) {
      auto bad = good;
      bad[i] = with;
      static_cast<void>(decode_word(bad)); // must end well
    }
  }
  EXPECT_FALSE(decode_word(encode(node_beat{"", 5, 6, {}, true, {}})));
  EXPECT_FALSE(decode_word(encode(node_beat{"n", 0, 6, {}, true, {}})));
}

TEST_F(member_table_test, begins_alone) {
  EXPECT_THAT(names(), ElementsAre("me"));
  EXPECT_EQ(table.view(now).rank(), 0u);
}

TEST_F(member_table_test, ranks_by_life) {
  EXPECT_THAT(
      hear(beat_of("old", 10, 1)).events,
      ElementsAre(cluster_event{what::joined, "old", 10}));
  hear(beat_of("young", 2'000, 1)).events;
  const auto view = table.view(now);
  EXPECT_THAT(names(), ElementsAre("old", "me", "young"));
  EXPECT_EQ(view.rank(), 1u);
  ASSERT_TRUE(view.find(2'000));
  EXPECT_EQ(view.find(2'000)->name, "young");
  EXPECT_FALSE(view.find(2'001));
}

TEST_F(member_table_test, tells_each_change_once) {
  hear(beat_of("a", 10, 1));
  EXPECT_THAT(hear(beat_of("a", 10, 2)).events, IsEmpty());
  EXPECT_THAT(
      hear(beat_of("a", 10, 3, node_state::draining)).events,
      ElementsAre(cluster_event{what::changed, "a", 10}));
  EXPECT_THAT(hear(beat_of("a", 10, 2)).events, IsEmpty()); // it was late
  EXPECT_EQ(table.view(now).find(10)->state, node_state::draining);
  EXPECT_THAT(
      hear(beat_of("a", 10, 4, node_state::leaving)).events,
      ElementsAre(cluster_event{what::left, "a", 10}));
  const auto late = hear(beat_of("a", 10, 4, node_state::leaving));
  EXPECT_THAT(late.events, IsEmpty());
  EXPECT_THAT(late.notices, IsEmpty());
  EXPECT_THAT(names(), ElementsAre("me"));
}

TEST_F(member_table_test, takes_the_silent_for_dead_once) {
  hear(beat_of("a", 10, 1));
  EXPECT_THAT(pass(4'750ms), IsEmpty());
  EXPECT_THAT(pass(20s), ElementsAre(cluster_event{what::died, "a", 10}));
  const auto late = hear(beat_of("a", 10, 2));
  EXPECT_THAT(late.events, IsEmpty());
  ASSERT_EQ(late.notices.size(), 1u);
  EXPECT_EQ(late.notices[0].life, 10u);
  EXPECT_FALSE(late.notices[0].name_taken);
  EXPECT_THAT(names(), ElementsAre("me"));
}

TEST_F(member_table_test, takes_nobody_for_dead_without_a_connection) {
  hear(beat_of("a", 10, 1));
  pass(4s);
  table.set_connected(false, now);
  EXPECT_THAT(pass(60s), IsEmpty());
  table.set_connected(true, now);
  EXPECT_THAT(pass(4'750ms), IsEmpty());
  EXPECT_THAT(pass(250ms), ElementsAre(cluster_event{what::died, "a", 10}));
}

TEST_F(member_table_test, takes_nobody_for_dead_after_it_was_paused) {
  hear(beat_of("a", 10, 1));
  pass(4s);
  now += 5s;
  EXPECT_THAT(table.tick(now).events, IsEmpty());
  EXPECT_THAT(pass(4'750ms), IsEmpty());
  EXPECT_THAT(pass(250ms), ElementsAre(cluster_event{what::died, "a", 10}));
}

TEST_F(member_table_test, does_not_count_a_short_pause_as_silence) {
  hear(beat_of("a", 10, 1));
  pass(2s);
  now += 4s; // six seconds since the heartbeat, of which two were seen
  EXPECT_THAT(table.tick(now).events, IsEmpty());
  EXPECT_THAT(pass(2'750ms), IsEmpty());
  EXPECT_THAT(pass(250ms), ElementsAre(cluster_event{what::died, "a", 10}));
}

TEST_F(member_table_test, takes_nobody_for_dead_while_it_does_not_hear_itself) {
  table.reached(now);
  hear(beat_of("a", 10, 1));
  hears_itself = false;
  EXPECT_THAT(pass(60s), IsEmpty());
  EXPECT_TRUE(table.counts().deaf);
  hears_itself = true;
  EXPECT_THAT(pass(5s), IsEmpty());
  EXPECT_FALSE(table.counts().deaf);
  EXPECT_THAT(pass(250ms), ElementsAre(cluster_event{what::died, "a", 10}));
}

TEST_F(member_table_test, an_answer_of_the_bus_is_as_good_as_an_echo) {
  hears_itself = false;
  table.reached(now);
  hear(beat_of("a", 10, 1));
  EXPECT_THAT(pass(60s), IsEmpty());
  EXPECT_TRUE(table.counts().deaf);
  for (int i = 0; i < 18; ++i) {
    table.reached(now);
    EXPECT_THAT(pass(250ms), IsEmpty());
  }
  EXPECT_FALSE(table.counts().deaf);
  table.reached(now);
  EXPECT_THAT(pass(750ms), ElementsAre(cluster_event{what::died, "a", 10}));
}

TEST_F(member_table_test, judges_where_the_bus_has_never_answered) {
  member_table other{{.name = "me"}, mine, now};
  other.set_connected(true, now);
  static_cast<void>(other.heard(beat_of("a", 10, 1), now));
  std::size_t died = 0;
  for (int i = 0; i < 20; ++i)
    died += other.tick(now += 250ms).events.size();
  EXPECT_EQ(died, 1u);
}

TEST_F(member_table_test, takes_the_smaller_life_of_a_name_for_dead_at_once) {
  hear(beat_of("a", 10, 1));
  EXPECT_THAT(
      hear(beat_of("a", 11, 1)).events,
      ElementsAre(
          cluster_event{what::died, "a", 10},
          cluster_event{what::joined, "a", 11}));
  const auto late = hear(beat_of("a", 10, 2));
  ASSERT_EQ(late.notices.size(), 1u);
  EXPECT_TRUE(late.notices[0].name_taken);
  EXPECT_EQ(late.notices[0].above, 11u);
  EXPECT_THAT(pass(20s), ElementsAre(cluster_event{what::died, "a", 11}));
}

TEST_F(member_table_test, denies_a_smaller_life_that_comes_later) {
  hear(beat_of("a", 11, 1));
  const auto out = hear(beat_of("a", 10, 1));
  EXPECT_THAT(out.events, IsEmpty());
  ASSERT_EQ(out.notices.size(), 1u);
  EXPECT_EQ(out.notices[0].life, 10u);
  EXPECT_EQ(table.counts().name_clashes, 1u);
}

TEST_F(member_table_test, is_fenced_once_and_silent_until_its_next_life) {
  EXPECT_FALSE(hear(fence_notice{mine + 1, 5'000, false, "a"}).fenced);
  ASSERT_TRUE(table.beat(false));
  EXPECT_EQ(
      hear(fence_notice{mine, 5'000, false, "a"}).fenced,
      (cluster_fencing{cause::given_up, mine, 5'000, "a"}));
  EXPECT_FALSE(hear(fence_notice{mine, 6'000, false, "b"}).fenced);
  EXPECT_FALSE(table.beat(false));
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_EQ(table.begin_life(6'000, now).error().code, errc::conflict);
  ASSERT_TRUE(table.begin_life(6'001, now));
  EXPECT_EQ(table.beat(false)->life, 6'001u);
  EXPECT_THAT(names(), ElementsAre("me"));
  EXPECT_FALSE(hear(fence_notice{mine, 7'000, false, "c"}).fenced);
}

TEST_F(member_table_test, is_fenced_by_a_greater_life_of_its_name) {
  const auto out = hear(beat_of("me", 2'000, 1));
  EXPECT_EQ(
      out.fenced, (cluster_fencing{cause::name_taken, mine, 2'000, "me"}));
  EXPECT_THAT(names(), ElementsAre("me")); // that one
  ASSERT_TRUE(table.begin_life(3'000, now));
  EXPECT_THAT(
      hear(beat_of("me", 2'000, 2)).events,
      ElementsAre(cluster_event{what::died, "me", 2'000}));
}

TEST_F(member_table_test, is_fenced_by_another_node_with_its_life) {
  EXPECT_FALSE(hear(beat_of("me", mine, 1)).fenced); // ours, come back
  EXPECT_EQ(hear(beat_of("a", mine, 1)).fenced->why, cause::life_taken);
}

TEST_F(member_table_test, knows_lives_that_ended_long_ago) {
  hear(beat_of("a", 10, 1));
  hear(beat_of("b", 5, 1));
  hear(beat_of("b", 5, 2));
  uint64_t sequence = 2;
  for (int i = 0; i < 700; ++i) { // seconds
    pass(1s);
    hear(beat_of("b", 5, ++sequence));
  }
  EXPECT_EQ(table.counts().tombstones, 0u);
  EXPECT_EQ(hear(beat_of("a", 10, 700)).notices.size(), 1u);
  EXPECT_THAT(hear(beat_of("b", 5, ++sequence)).notices, IsEmpty());
  EXPECT_EQ(hear(beat_of("c", 9, 1)).notices.at(0).above, 10u);
  EXPECT_EQ(hear(beat_of("c", 11, 1)).events.size(), 1u);
}

TEST_F(member_table_test, keeps_its_bounds) {
  member_table small{
      {.name = "me", .nodes_max = 3, .tombstones_max = 2}, mine, now};
  small.set_connected(true, now);
  for (node_life life = 1; life <= 10; ++life)
    static_cast<void>(
        small.heard(beat_of("n" + std::to_string(life), life, 1), now));
  EXPECT_EQ(small.counts().nodes, 3u);
  EXPECT_EQ(small.counts().beats_refused, 8u);
  for (node_life life = 11; life <= 20; ++life)
    static_cast<void>(small.heard(beat_of("n1", life, 1), now));
  EXPECT_EQ(small.counts().tombstones, 2u);
  EXPECT_EQ(small.counts().died, 10u);
}

TEST_F(member_table_test, answers_who_asks) {
  auto beat = beat_of("a", 10, 1);
  beat.asks = true;
  EXPECT_TRUE(hear(beat).answer);
  EXPECT_FALSE(hear(beat).answer); // again
  EXPECT_FALSE(hear(beat_of("b", 11, 1)).answer);
}

} // namespace rookery

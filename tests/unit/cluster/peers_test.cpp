#include "base/protocol/packed_fields.hpp"
#include "cluster/membership/peers.hpp"
#include "tests/unit/cluster/cluster_fixture.hpp"

#include <gmock/gmock.h>

namespace rookery {

namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::HasSubstr;

constexpr auto echo = static_cast<peer_kind>(1'000);
constexpr auto keep = static_cast<peer_kind>(1'001);
constexpr auto unknown = static_cast<peer_kind>(1'002);

std::shared_ptr<const cluster_view>
view_of(node_life self, const std::vector<node_life>& lives) {
  auto made = std::make_shared<cluster_view>();
  made->self = self;
  for (const auto life : lives)
    made->nodes.push_back({std::to_string(life), life, {}, {}, {}});
  return made;
}

/// A node that answers `echo` at once, and `keep` never by itself.
struct calling_node {
  calling_node(cluster_time& time, node_life life, std::size_t most = 100)
      : net(time.hub.attach(std::to_string(life)))
      , peers(
            *net,
            {.cluster = "test",
             .name = std::to_string(life),
             .calls_max = most,
             .handling_max = most},
            life) {
    EXPECT_TRUE(peers.start());
    peers.answer(echo, [this](const peer_call& call, const peer_reply& to) {
      ++handled;
      to.ok(call.from + " says " + std::string{call.body});
    });
    peers.answer(keep, [this](const peer_call&, peer_reply to) {
      kept.push_back(std::move(to));
    });
    peers.members_changed(view_of(life, {1, 2, 3}));
  }

  std::unique_ptr<bus> net;
  int handled = 0;
  std::vector<peer_reply> kept;
  cluster_peers peers;
};

class peers_test : public ::testing::Test {
protected:
  cluster_peers::done_handler note() {
    return [this](auto got) { said.push_back(std::move(got)); };
  }

  cluster_time time;
  std::vector<result<std::string>> said;
  calling_node a{time, 1}, b{time, 2}, c{time, 3};
};

} // namespace

TEST_F(peers_test, brings_a_call_there_and_the_answer_back) {
  a.peers.call(2, echo, "hello", 1s, note());
  time.run(0ms);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].value(), "1 says hello");
  EXPECT_EQ(a.peers.counts().calls, 1u);
  EXPECT_EQ(a.peers.counts().waiting, 0u);
  EXPECT_EQ(b.peers.counts().handled, 1u);
  EXPECT_EQ(b.peers.counts().handling, 0u);
}

TEST_F(peers_test, brings_a_refusal_back) {
  a.peers.call(2, keep, "", 1s, note());
  time.run(10ms);
  ASSERT_EQ(b.kept.size(), 1u);
  EXPECT_EQ(b.peers.counts().handling, 1u);
  b.kept[0].refuse(errc::conflict, "not so");
  b.kept[0].ok("too late");
  time.run(0ms);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].error().code, errc::conflict);
  EXPECT_EQ(said[0].error().message, "not so");
  EXPECT_EQ(a.peers.counts().failed, 1u);
}

TEST_F(peers_test, refuses_what_nobody_answers) {
  a.peers.call(2, keep, "", 1s, note());
  time.run(10ms);
  b.kept.clear(); // the last copy goes
  a.peers.call(2, unknown, "", 1s, note());
  time.run(0ms);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].error().code, errc::internal);
  EXPECT_EQ(said[1].error().code, errc::bad_request);
  EXPECT_THAT(said[1].error().message, HasSubstr("1002"));
  EXPECT_EQ(b.peers.counts().refused, 1u);
}

TEST_F(peers_test, refuses_other_versions_with_a_clear_error) {
  std::string call;
  packed_fields_writer to{call};
  to.array(2);
  to.put(uint32_t{7});
  to.put(uint32_t{1});
  std::string came;
  c.net->request({"node.test.2", call, {}, {}}, 1s, [&](const auto& answer) {
    came = decode_answer(answer.value().payload).error().message;
  });
  time.run(0ms);
  EXPECT_EQ(came, "a call of version 7, and this node knows 1");
  EXPECT_EQ(b.peers.counts().refused, 1u);
  call[1] = 1;
  EXPECT_FALSE(decode_call(call));
  EXPECT_FALSE(decode_call("x"));
  EXPECT_FALSE(decode_answer("x"));
}

TEST_F(peers_test, gives_up_at_the_deadline) {
  a.peers.call(2, keep, "", 1s, note());
  time.run(999ms);
  EXPECT_EQ(said.size(), 0u);
  time.run(1ms);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].error().code, errc::not_available);
  EXPECT_EQ(a.peers.counts().timeouts, 1u);
  b.kept[0].ok("late");
  time.run(1s);
  EXPECT_EQ(said.size(), 1u);
}

TEST_F(peers_test, fails_at_once_for_nodes_that_are_not_alive) {
  a.peers.call(4, echo, "", 1s, note());
  EXPECT_EQ(said.size(), 1u);
  a.peers.call(2, keep, "", 1s, note());
  a.peers.call(3, keep, "", 1s, note());
  time.run(10ms);
  a.peers.members_changed(view_of(1, {1, 3}));
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[1].error().code, errc::not_available);
  EXPECT_EQ(a.peers.counts().to_dead, 2u);
  b.kept[0].ok("late");
  c.kept[0].ok("well");
  time.run(2s);
  ASSERT_EQ(said.size(), 3u);
  EXPECT_EQ(said[2].value(), "well");
}

TEST_F(peers_test, keeps_its_bounds) {
  calling_node d{time, 4, 2};
  d.peers.members_changed(view_of(4, {1, 4}));
  for (int i = 0; i < 3; ++i)
    d.peers.call(1, keep, "", 1s, note());
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].error().code, errc::limit_exceeded);
  a.peers.members_changed(view_of(1, {1, 4}));
  for (int i = 0; i < 3; ++i)
    a.peers.call(4, keep, "", 1s, note());
  time.run(10ms);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[1].error().code, errc::limit_exceeded);
  EXPECT_EQ(d.kept.size(), 2u);
}

TEST_F(peers_test, gathers_all_answers) {
  std::vector<peer_answer> all;
  const auto take = [&](auto answers) { all = std::move(answers); };
  a.peers.call_all({3, 9, 2}, echo, "x", 1s, take);
  time.run(10ms);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].life, 3u);
  EXPECT_TRUE(all[0].body);
  EXPECT_EQ(all[1].body.error().code, errc::not_available);
  EXPECT_EQ(all[2].body.value(), "1 says x");
  a.peers.call_all({}, echo, "x", 1s, take);
  EXPECT_EQ(all.size(), 0u);
  time.hub.cut("1", "2");
  a.peers.call_all({2, 3}, echo, "x", 1s, take);
  time.run(1s);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_FALSE(all[0].body);
  EXPECT_TRUE(all[1].body);
}

TEST_F(peers_test, is_called_by_its_new_life) {
  ASSERT_TRUE(b.peers.begin_life(5));
  a.peers.members_changed(view_of(1, {1, 2, 5}));
  a.peers.call(2, echo, "", 1s, note());
  a.peers.call(5, echo, "", 1s, note());
  time.run(1s);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_NE(said[0].has_value(), said[1].has_value());
}

TEST_F(peers_test, tells_what_waits_at_its_end) {
  {
    calling_node d{time, 4};
    d.peers.call(1, keep, "", 1s, note());
    time.run(10ms);
  }
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].error().code, errc::not_available);
  a.kept.at(0).ok("nobody is there"); // and replies may outlive their peers
  time.run(2s);
  EXPECT_EQ(said.size(), 1u);
}

TEST_F(peers_test, tells_each_call_once_whatever_the_network_does) {
  time.hub.set_faults({0.2, 0.3, 0.3, 80ms});
  std::vector<int> told(1'000);
  int well = 0;
  for (std::size_t i = 0; i < told.size(); ++i) {
    auto& from = i % 2 ? a : c;
    from.peers.call(2, echo, std::to_string(i), 200ms, [&, i](const auto& got) {
      ++told[i];
      well += got.has_value() ? 1 : 0;
      if (got) {
        EXPECT_THAT(*got, HasSubstr(" says " + std::to_string(i)));
      }
    });
    time.run(5ms);
  }
  time.run(1s);
  EXPECT_THAT(told, Each(1));
  EXPECT_GT(well, 400);
  EXPECT_LT(well, 900);
  EXPECT_EQ(a.peers.counts().waiting + c.peers.counts().waiting, 0u);
  EXPECT_EQ(b.peers.counts().handling, 0u);
}

} // namespace rookery

#include "cluster/bus/nats_bus.hpp"
#include "cluster/bus/nats_options.hpp"
#include "tests/unit/bus/bus_fixture.hpp"
#include "tests/unit/bus/nats_server.hpp"

namespace rookery {

namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class nats_bus_test : public ::testing::Test {
protected:
  void SetUp() override {
    if (!nats_server::installed())
      GTEST_SKIP() << "nats-server is not installed";
  }
  nats_bus_settings settings(const nats_server& at) {
    nats_bus_settings made;
    made.servers = {at.url()};
    made.reconnect_wait = 20ms;
    made.reconnect_jitter = 20ms;
    made.drain_timeout = 2s;
    made.on_state = [this](const auto& one) { states.add(one); };
    return made;
  }
  bool wait_for(bus_state wanted, bool again) {
    return states.wait([=](const auto& all) {
      for (const auto& one : all)
        if (one.state == wanted && one.again == again)
          return true;
      return false;
    });
  }
  /// Publishes until one of them comes.
  bool passes(bus& from, const heard& at, const std::string& payload) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
      inbox<bool> turn; // a round trip that ends at once, or soon
      (void)from.publish(post("s", payload));
      from.request(post("nobody", ""), 100ms, [&](auto) { turn.add(true); });
      if (!turn.wait_for(1))
        return false;
      for (const auto& one : at.payloads.all())
        if (one == payload)
          return true;
    }
    return false;
  }

  inbox<bus_state_notice> states; // outlives each bus of a test
};

} // namespace

TEST_F(nats_bus_test, comes_back_when_the_server_does_and_tells_of_the_gap) {
  nats_server server;
  ASSERT_TRUE(server.start());
  heard at;
  const auto opened = open_nats_bus(settings(server));
  ASSERT_TRUE(opened) << opened.error().message;
  auto& node = **opened;
  at.listen(node, "s");
  ASSERT_TRUE(passes(node, at, "before"));
  server.kill();
  ASSERT_TRUE(wait_for(bus_state::disconnected, false));
  ASSERT_TRUE(node.publish(post("s", "between"))); // kept
  ASSERT_TRUE(server.start());
  ASSERT_TRUE(wait_for(bus_state::connected, true));
  ASSERT_TRUE(at.losses.wait_for(1));
  EXPECT_EQ(at.losses.all()[0].why, bus_loss::cause::reconnect);
  ASSERT_TRUE(passes(node, at, "after"));
  EXPECT_THAT(at.payloads.all(), ::testing::Contains("between"));
  EXPECT_EQ(node.counts().reconnects, 1u);
  EXPECT_EQ(node.counts().state, bus_state::connected);
}

TEST_F(nats_bus_test, waits_for_a_server_that_is_not_there) {
  nats_server server;
  heard at;
  const auto opened = open_nats_bus(settings(server));
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ((*opened)->counts().state, bus_state::connecting);
  at.listen(**opened, "s");
  ASSERT_TRUE((*opened)->publish(post("s", "early")));
  ASSERT_TRUE(server.start());
  ASSERT_TRUE(wait_for(bus_state::connected, false));
  ASSERT_TRUE(at.payloads.wait_for(1));
}

TEST_F(nats_bus_test, ends_in_time_without_a_server) {
  nats_server server;
  auto with = settings(server);
  with.drain_timeout = 100ms;
  with.reconnect_bytes_max = 1024;
  auto opened = open_nats_bus(with);
  ASSERT_TRUE(opened);
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE((*opened)->publish(post("s", std::string(100, 'x'))));
  const auto begin = std::chrono::steady_clock::now();
  opened->reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, with.connect_timeout);
}

TEST_F(nats_bus_test, refuses_what_passes_its_bounds) {
  nats_server server; // is not there: all waits
  auto with = settings(server);
  with.drain_timeout = 100ms;
  with.reconnect_bytes_max = 1024;
  with.messages_max = 10;
  with.bytes_max = 100'000;
  with.requests_max = 0;
  const auto opened = open_nats_bus(with);
  ASSERT_TRUE(opened);
  std::optional<errc> refused;
  int taken = 0;
  for (; taken < 1'000 && !refused; ++taken)
    if (const auto said = (*opened)->publish(post("s", std::string(200, 'x')));
        !said)
      refused = said.error().code;
  EXPECT_EQ(refused, errc::limit_exceeded);
  EXPECT_LE((*opened)->counts().waiting, 10u);
  EXPECT_EQ((*opened)->counts().refused, 1u);
  inbox<errc> said;
  (*opened)->request(post("s", ""), 1s, [&](const auto& answer) {
    said.add(answer.error().code);
  });
  EXPECT_THAT(said.all(), ::testing::ElementsAre(errc::limit_exceeded));
}

TEST_F(nats_bus_test, tells_a_wrong_password_from_a_server_that_is_not_there) {
  nats_server server{{"--user", "node", "--pass", "right"}};
  ASSERT_TRUE(server.start());
  auto with = settings(server);
  with.login.user = "node";
  with.login.password = "wr0ng-secret";
  const auto refused = open_nats_bus(with);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::unauthorized);
  EXPECT_THAT(refused.error().message, HasSubstr(server.url()));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("wr0ng-secret")));
  with.login.password = "right";
  const auto taken = open_nats_bus(with);
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ((*taken)->counts().state, bus_state::connected);
}

TEST_F(nats_bus_test, closes_when_its_login_is_refused_later) {
  nats_server server{{"--auth", "right"}};
  auto with = settings(server);
  with.login.token = "wr0ng-secret";
  heard at;
  const auto opened = open_nats_bus(with);
  ASSERT_TRUE(opened);
  at.listen(**opened, "s");
  ASSERT_TRUE(server.start());
  ASSERT_TRUE(wait_for(bus_state::closed, false));
  ASSERT_TRUE(at.losses.wait_for(1));
  EXPECT_EQ(at.losses.all()[0].why, bus_loss::cause::closed);
  EXPECT_FALSE((*opened)->publish(post("s", "")));
  for (const auto& one : states.all())
    EXPECT_THAT(one.why, Not(HasSubstr("wr0ng-secret")));
}

TEST_F(nats_bus_test, takes_a_token) {
  nats_server server{{"--auth", "right"}};
  ASSERT_TRUE(server.start());
  auto with = settings(server);
  with.login.token = "right";
  EXPECT_TRUE(open_nats_bus(with));
}

TEST_F(nats_bus_test, does_not_hear_itself_without_echo) {
  nats_server server;
  ASSERT_TRUE(server.start());
  auto with = settings(server);
  with.echo = false;
  heard mine, theirs;
  const auto a = open_nats_bus(with), b = open_nats_bus(settings(server));
  ASSERT_TRUE(a && b);
  mine.listen(**a, "s");
  theirs.listen(**b, "s");
  ASSERT_TRUE(passes(**b, mine, "from b"));
  ASSERT_TRUE(passes(**a, theirs, "from a"));
  EXPECT_THAT(mine.payloads.all(), Not(::testing::Contains("from a")));
}

TEST_F(nats_bus_test, sends_what_was_published_before_its_end) {
  nats_server server;
  ASSERT_TRUE(server.start());
  heard at;
  const auto b = open_nats_bus(settings(server));
  auto a = open_nats_bus(settings(server));
  ASSERT_TRUE(a && b);
  at.listen(**b, "s");
  ASSERT_TRUE(passes(**a, at, "ready"));
  const auto before = at.payloads.size();
  for (int i = 0; i < 1'000; ++i)
    ASSERT_TRUE((*a)->publish(post("s", "x")));
  a->reset();
  EXPECT_TRUE(at.payloads.wait_for(before + 1'000));
}

TEST_F(nats_bus_test, refuses_settings_that_are_wrong) {
  EXPECT_FALSE(open_nats_bus({}));
  nats_server server;
  auto with = settings(server);
  with.tls.ca_file = "/nowhere/ca.pem";
  const auto refused = open_nats_bus(with);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::bad_request);
  EXPECT_THAT(refused.error().message, HasSubstr("CA file"));
}

TEST(nats_options_test, name_servers_without_their_logins) {
  EXPECT_EQ(without_login("nats://u:p@ss@host:1"), "nats://host:1");
  EXPECT_EQ(without_login("u:p@host"), "host");
  EXPECT_EQ(without_login("tls://host:1"), "tls://host:1");
}

} // namespace rookery

#define CAF_SUITE identity

#include "net/auth/issue.hpp"
#include "tests/unit/actors/node_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

namespace {

/// Tokens are good for an hour of this test's time: the wall clock stands
/// still, only the timers' clock moves.
struct identity_fixture : node_fixture {
  identity_fixture() {
    auto& session = context.settings.session;
    session.token.hmac_secret = "unit-tests-only-0123456789abcdef";
    session.auth_timeout = 10s;
    session.expired_grace = 25s;
    context.tokens = *token_verifier::load(session.token);
  }

  std::string token(
      std::string user, std::chrono::seconds ttl = 1h,
      std::chrono::seconds age = 0s) {
    token_request wanted;
    wanted.user = std::move(user);
    wanted.ttl = ttl;
    return *issue_token(
        context.settings.session.token, wanted,
        std::chrono::system_clock::now() - age);
  }
  std::string auth(const std::string& token) {
    return R"({"event":"auth","id":1,"token":")" + token + R"("})";
  }
  test_client stranger() { return connect_as({}); }
  bool open(test_client& one) { return one.link().state() == link_state::open; }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(identity_tests, identity_fixture)

CAF_TEST(who does not say who he is in time is closed) {
  auto silent = stranger();
  let_pass(9900ms);
  CAF_CHECK(open(silent));
  let_pass(300ms);
  CAF_CHECK(silent.link().closed_with == close_code::auth_timeout);
}

CAF_TEST(who is not known may only say auth) {
  auto one = stranger();
  say(one, R"({"event":"subscribe","id":7,"topic":"chat.a"})");
  CAF_CHECK(contains(one.next(), R"("id":7,"code":101)"));
  CAF_CHECK(open(one));
}

CAF_TEST(who says auth in time is welcome and stays) {
  auto one = stranger();
  let_pass(5s);
  say(one, auth(token("alice")));
  CAF_CHECK(contains(one.next(), R"("event":"reply","id":1)"));
  CAF_CHECK(contains(one.next(), R"("user":"alice")"));
  let_pass(1min);
  CAF_CHECK(open(one));
}

CAF_TEST(a refused auth is an error and then the end) {
  auto one = stranger();
  say(one, auth("rubbish"));
  CAF_CHECK(contains(one.next(), R"("code":101)"));
  CAF_CHECK(one.link().closed_with == close_code::unauthorized);
  auto late = stranger();
  say(late, auth(token("alice", 1h, 2h)));
  CAF_CHECK(contains(late.next(), R"("code":109)"));
  CAF_CHECK(late.link().closed_with == close_code::unauthorized);
}

CAF_TEST(an expired token closes the connection after the grace) {
  auto one = stranger();
  say(one, auth(token("alice")));
  let_pass(1h + 20s);
  CAF_CHECK(open(one));
  let_pass(6s);
  CAF_CHECK(one.link().closed_with == close_code::token_expired);
}

CAF_TEST(a fresh token before the end of the grace keeps the connection) {
  auto one = stranger();
  say(one, auth(token("alice")));
  let_pass(1h + 20s);
  say(one, auth(token("alice", 2h)));
  let_pass(1h);
  CAF_CHECK(open(one));
  // The fresh one is good for two hours of the wall clock.
  let_pass(1h + 30s);
  CAF_CHECK(one.link().closed_with == close_code::token_expired);
}

CAF_TEST(a fresh token of somebody else is refused and changes nothing) {
  auto one = stranger();
  say(one, auth(token("alice")));
  one.forget();
  say(one, auth(token("bob")));
  CAF_CHECK(contains(one.next(), R"("code":113)"));
  CAF_CHECK(open(one));
  CAF_CHECK_EQUAL(one.speaker().user()->user, "alice");
}

CAF_TEST_FIXTURE_SCOPE_END()

#define CAF_SUITE lobby_match

#include "tests/unit/actors/node_fixture.hpp"

#include <caf/test/dsl.hpp>

using namespace rookery;
using namespace rookery::testing;

namespace {

void with_lobbies(node_context& context) {
  topic_class lobby;
  lobby.name = "lobby";
  lobby.match = "lobby.*";
  lobby.kind = topic_kind::lobby;
  context.settings.topics.push_back(lobby);
}

/// A node with lobbies, whose time stands still unless a test moves it.
struct match_fixture : node_fixture {
  match_fixture()
      : node_fixture(with_lobbies) {}

  test_client come(const std::string& user) {
    auto who = connect(user);
    links_.push_back(who);
    return who;
  }
  /// What a match of two is answered, now.
  std::string match(test_client& who, const std::string& more = "") {
    who.forget();
    say(who, R"({"event":"lobby.match","id":9,"prefix":"lobby.","seats":2)"
                 + more + "}");
    while (!who.heard_nothing())
      if (auto text = who.next(); contains(text, R"("id":9)"))
        return text;
    return {};
  }

private:
  std::vector<test_client> links_;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(lobby_match_tests, match_fixture)

CAF_TEST(who finds all lobbies full creates the next at once) {
  std::set<std::string> lobbies;
  for (int i = 0; i < 8; ++i) {
    auto who = come("u" + std::to_string(i));
    const auto text = match(who);
    CAF_REQUIRE(is(text, "reply"));
    CAF_CHECK_EQUAL(contains(text, R"("created":true)"), i % 2 == 0);
    CAF_CHECK_EQUAL(number(text, "seat"), static_cast<uint64_t>(i % 2));
    lobbies.insert(text_of(text, "topic"));
  }
  CAF_CHECK_EQUAL(lobbies.size(), 4u);
}

CAF_TEST(a seat that was given up is found again at once) {
  auto ann = come("ann");
  auto ben = come("ben");
  auto cem = come("cem");
  const auto topic = text_of(match(ann), "topic");
  CAF_CHECK_EQUAL(text_of(match(ben), "topic"), topic);
  say(ben, R"({"event":"lobby.leave","id":3,"topic":")" + topic + "\"}");
  CAF_CHECK_EQUAL(text_of(match(cem), "topic"), topic);
}

CAF_TEST(who waits has the seat that others give up) {
  auto ann = come("ann");
  auto ben = come("ben");
  auto cem = come("cem");
  const auto topic = text_of(match(ann), "topic");
  match(ben);
  CAF_CHECK_EQUAL(match(cem, R"(,"create":false,"wait_ms":5000)"), "");
  say(ann, R"({"event":"lobby.leave","id":3,"topic":")" + topic + "\"}");
  const auto text = cem.next();
  CAF_CHECK(is(text, "reply"));
  CAF_CHECK_EQUAL(number(text, "seat"), 0u);
}

CAF_TEST(a match that is cancelled is answered and gives no seat) {
  auto ann = come("ann");
  CAF_CHECK_EQUAL(match(ann, R"(,"create":false,"wait_ms":5000)"), "");
  say(ann, R"({"event":"lobby.match.cancel","id":10,"match":9})");
  std::string all;
  while (!ann.heard_nothing())
    all += ann.next();
  CAF_CHECK(contains(all, R"("event":"error","id":9,"code":108)"));
  CAF_CHECK(contains(all, R"("event":"reply","id":10)"));
  auto ben = come("ben");
  match(ben);
  CAF_CHECK(ann.heard_nothing());
}

CAF_TEST_FIXTURE_SCOPE_END()

#define CAF_SUITE room_set

#include "tests/unit/actors/node_fixture.hpp"

using namespace rookery;
using namespace rookery::testing;

namespace {

struct room_set_fixture : node_fixture {
  std::string
  set(test_client& who, const std::string& patch,
      const std::string& more = "") {
    who.forget();
    say(who, R"({"event":"room.set","id":5,"topic":"chat.a","patch":)" + patch
                 + more + "}");
    std::string answer;
    while (!contains(answer, R"("id":5)") && !who.heard_nothing())
      answer = who.next();
    return answer;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_set_tests, room_set_fixture)

CAF_TEST(a change of the state is an event with its place in the order) {
  auto alice = connect("alice");
  auto bob = connect("bob", 1);
  say(bob, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  bob.forget();
  CAF_CHECK_EQUAL(number(set(alice, R"({"title":"x"})"), "offset"), 2u);
  CAF_CHECK_EQUAL(
      bob.next(),
      R"({"event":"state","topic":"chat.a","offset":2,"patch":{"title":"x"},)"
      R"("user":"alice","at":1700000000000})");
  auto carol = connect("carol");
  say(carol,
      R"({"event":"subscribe","id":1,"topic":"chat.a","snapshot":true})");
  carol.next();
  CAF_CHECK(contains(carol.next(), R"("state":{"title":"x"})"));
}

CAF_TEST(who has seen an older state changes nothing) {
  auto alice = connect("alice");
  set(alice, R"({"n":1})");
  CAF_CHECK(
      contains(set(alice, R"({"n":2})", R"(,"if_offset":0)"), R"("code":113)"));
  CAF_CHECK_EQUAL(
      number(set(alice, R"({"n":2})", R"(,"if_offset":1)"), "offset"), 2u);
}

CAF_TEST(the same key changes the state once) {
  auto alice = connect("alice");
  set(alice, R"({"n":1})", R"(,"key":"k")");
  CAF_CHECK_EQUAL(
      number(set(alice, R"({"n":2})", R"(,"key":"k")"), "offset"), 1u);
}

CAF_TEST(a state that would be too long is refused) {
  context.settings.topics.front().state_bytes_max = 20;
  auto alice = connect("alice");
  CAF_CHECK(number(set(alice, R"({"a":"0123456789"})"), "offset") == 1u);
  CAF_CHECK(contains(set(alice, R"({"b":"0123456789"})"), R"("code":106)"));
  CAF_CHECK(number(set(alice, R"({"a":null,"b":1})"), "offset") == 2u);
}

CAF_TEST(a topic has no state and strangers have no right) {
  auto alice = connect("alice");
  say(alice, R"({"event":"room.set","id":5,"topic":"news.a","patch":{}})");
  CAF_CHECK(contains(alice.next(), R"("code":107)"));
  identity stranger;
  stranger.user = "anon-1";
  stranger.anonymous = true;
  client_facts facts;
  facts.user = std::make_shared<const identity>(std::move(stranger));
  auto anon = connect_as(std::move(facts));
  CAF_CHECK(contains(set(anon, "{}"), R"("code":103)"));
}

CAF_TEST_FIXTURE_SCOPE_END()

#define CAF_SUITE lobby_call

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
  lobby.lobby.seats_max = 8;
  lobby.lobby.info_bytes_max = 20;
  lobby.lobby.listed_max = 2;
  context.settings.topics.push_back(lobby);
}

struct call_fixture : node_fixture {
  call_fixture()
      : node_fixture(with_lobbies) {}

  /// The answer to a call of lobby.a, or of another.
  std::string call(
      test_client& who, const std::string& move, const std::string& more = "",
      const std::string& topic = "lobby.a") {
    who.forget();
    say(who, R"({"event":"lobby.)" + move + R"(","id":9,"topic":")" + topic
                 + '"' + more + "}");
    while (!who.heard_nothing())
      if (auto text = who.next(); contains(text, R"("id":9)"))
        return text;
    return {};
  }
  static std::string user(const char* name) {
    return R"(,"user":")" + std::string{name} + '"';
  }
};

constexpr const char* four = R"(,"seats":4)";

bool is_error(const std::string& text, errc code) {
  return is(text, "error")
         && number(text, "code") == static_cast<uint64_t>(code);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(lobby_call_tests, call_fixture)

CAF_TEST(answers say which seat and where in the log) {
  auto ann = connect("ann"), ben = connect("ben");
  const auto created = call(ann, "create", four);
  CAF_CHECK(contains(created, R"("seat":0)"));
  const auto joined = call(ben, "join");
  CAF_CHECK(contains(joined, R"("seat":1)"));
  CAF_CHECK(number(joined, "offset") > number(created, "offset"));
  CAF_CHECK_EQUAL(text_of(joined, "epoch"), text_of(created, "epoch"));
  CAF_CHECK(is_error(call(ann, "create", four), errc::conflict));
  CAF_CHECK(is_error(call(ann, "join", "", "lobby.b"), errc::unknown_topic));
}

CAF_TEST(a host is told that he can not kick himself) {
  auto ann = connect("ann"), ben = connect("ben");
  call(ann, "create", four);
  call(ben, "join");
  CAF_CHECK(is_error(call(ann, "kick", user("ann")), errc::conflict));
  CAF_CHECK(is_error(call(ann, "kick", user("eve")), errc::not_seated));
  CAF_CHECK(is_error(call(ben, "kick", user("ann")), errc::not_host));
  CAF_CHECK(is(call(ann, "kick", user("ben")), "reply"));
}

CAF_TEST(who is host of a private lobby may invite himself before he leaves) {
  auto ann = connect("ann"), ben = connect("ben");
  call(ann, "create", R"(,"seats":4,"private":true)");
  CAF_CHECK(is_error(call(ben, "join"), errc::permission_denied));
  for (const auto* name : {"ben", "ann"})
    CAF_CHECK(is(call(ann, "invite", user(name)), "reply"));
  call(ben, "join");
  call(ann, "leave");
  CAF_CHECK(contains(call(ann, "join"), R"("seat":0)"));
}

CAF_TEST(a password is asked of who has no seat and no invitation) {
  auto ann = connect("ann"), ben = connect("ben"), cem = connect("cem");
  call(ann, "create", R"(,"seats":4,"password":"pw")");
  CAF_CHECK(is_error(call(ben, "join"), errc::permission_denied));
  CAF_CHECK(is_error(
      call(ben, "join", R"(,"password":"wp")"), errc::permission_denied));
  CAF_CHECK(is(call(ben, "join", R"(,"password":"pw")"), "reply"));
  CAF_CHECK(is(call(ben, "join"), "reply")); // has his seat
  call(ann, "invite", user("cem"));
  CAF_CHECK(is(call(cem, "join"), "reply"));
}

CAF_TEST(a lobby is created within its limits) {
  auto ann = connect("ann");
  CAF_CHECK(
      is_error(call(ann, "create", R"(,"seats":9)"), errc::limit_exceeded));
  CAF_CHECK(is_error(
      call(ann, "create", R"(,"seats":4,"info":{"a":"12345678901234"})"),
      errc::limit_exceeded));
  CAF_CHECK(is_error(
      call(ann, "create", R"(,"seats":2,"min_players":3)"), errc::bad_request));
  for (const auto* topic : {"lobby.a", "lobby.b"})
    CAF_CHECK(is(call(ann, "create", four, topic), "reply"));
  CAF_CHECK(
      is_error(call(ann, "create", four, "lobby.c"), errc::limit_exceeded));
  call(ann, "close", "", "lobby.b");
  CAF_CHECK(is(call(ann, "create", four, "lobby.c"), "reply"));
}

CAF_TEST(a call with a key is done once) {
  auto ann = connect("ann"), ben = connect("ben");
  call(ann, "create", four);
  const std::string key = R"(,"key":"k")";
  const auto first = call(ben, "join", key);
  const auto again = call(ben, "join", key);
  CAF_CHECK_EQUAL(number(again, "offset"), number(first, "offset"));
  call(ben, "leave");
  CAF_CHECK(is_error(call(ben, "join", key), errc::not_seated));
  CAF_CHECK(is(call(ben, "join", R"(,"key":"l")"), "reply"));
}

CAF_TEST_FIXTURE_SCOPE_END()

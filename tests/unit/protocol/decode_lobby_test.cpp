#include "base/protocol/decode.hpp"
#include "tests/unit/protocol/independent_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery {
namespace {

using test::packed;
using testing::HasSubstr;
using move = lobby_move;

/// What clients say about lobbies in both encodings, written as JSON here.
class decode_lobby : public testing::TestWithParam<encoding> {
protected:
  static std::string written(const std::string& json) {
    return GetParam() == encoding::json ? json : packed(json);
  }
  static payload data(const std::string& json) {
    return {GetParam(), written(json)};
  }
  template <class Request>
  static Request decoded(const std::string& json) {
    const auto message = decode(GetParam(), written(json));
    if (!message) {
      ADD_FAILURE() << json << ": " << message.error().message;
      return {};
    }
    if (const auto* request = std::get_if<Request>(&message->body))
      return *request;
    ADD_FAILURE() << json << " is another event";
    return {};
  }
  /// Refused, and this field is named.
  static void expect_bad(const std::string& json, const std::string& field) {
    const auto message = decode(GetParam(), written(json));
    ASSERT_FALSE(message) << "taken: " << json;
    EXPECT_FALSE(message.error().malformed) << json;
    EXPECT_EQ(message.error().code, errc::bad_request) << json;
    EXPECT_EQ(message.error().id, 9u) << json;
    EXPECT_THAT(message.error().message, HasSubstr('`' + field + '`')) << json;
  }
  static std::string event(const std::string& name, const std::string& rest) {
    return R"({"event":"lobby.)" + name + R"(","id":9)"
           + (rest.empty() ? "" : ",") + rest + "}";
  }
};

INSTANTIATE_TEST_SUITE_P(
    both, decode_lobby, testing::Values(encoding::json, encoding::msgpack),
    [](const auto& tested) {
      return tested.param == encoding::json ? "json" : "msgpack";
    });

TEST_P(decode_lobby, create) {
  const auto plain =
      decoded<lobby_request>(event("create", R"("topic":"a.b","seats":4)"));
  EXPECT_EQ(plain.move, move::create);
  EXPECT_EQ(plain.topic, "a.b");
  EXPECT_EQ(plain.setup.seats, 4u);
  EXPECT_EQ(plain.setup.players_min, 1u);
  EXPECT_FALSE(plain.setup.auto_start);
  EXPECT_FALSE(plain.setup.is_private);
  EXPECT_TRUE(plain.setup.spectators);
  EXPECT_EQ(plain.setup.password, "");
  EXPECT_EQ(plain.setup.state.bytes, "");
  EXPECT_EQ(plain.setup.info, std::nullopt);
  const auto all = decoded<lobby_request>(event(
      "create",
      R"("topic":"a.b","seats":4294967295,"min_players":2,"auto_start":true,)"
      R"("private":true,"spectators":false,"password":"pw","state":[1],)"
      R"("info":{"m":1},"key":"k")"));
  EXPECT_EQ(all.setup.seats, UINT32_MAX);
  EXPECT_EQ(all.setup.players_min, 2u);
  EXPECT_TRUE(all.setup.auto_start);
  EXPECT_TRUE(all.setup.is_private);
  EXPECT_FALSE(all.setup.spectators);
  EXPECT_EQ(all.setup.password, "pw");
  EXPECT_EQ(all.setup.state, data("[1]"));
  EXPECT_EQ(all.setup.info, data(R"({"m":1})"));
  EXPECT_EQ(all.key, "k");
}

TEST_P(decode_lobby, moves_that_need_a_topic_only) {
  const std::pair<const char*, move> all[] = {
      {"join", move::join},
      {"leave", move::leave},
      {"ready", move::ready},
      {"start", move::start},
      {"close", move::close}};
  for (const auto& [name, wanted] : all) {
    const auto request =
        decoded<lobby_request>(event(name, R"("topic":"a.b","key":"k")"));
    EXPECT_EQ(request.move, wanted) << name;
    EXPECT_EQ(request.topic, "a.b") << name;
    EXPECT_EQ(request.key, "k") << name;
  }
}

TEST_P(decode_lobby, join_with_a_password_and_ready_or_not) {
  EXPECT_EQ(
      decoded<lobby_request>(event("join", R"("topic":"a","password":"pw")"))
          .password,
      "pw");
  EXPECT_TRUE(decoded<lobby_request>(event("ready", R"("topic":"a")")).ready);
  EXPECT_FALSE(
      decoded<lobby_request>(event("ready", R"("topic":"a","ready":false)"))
          .ready);
}

TEST_P(decode_lobby, set) {
  const auto request = decoded<lobby_request>(
      event("set", R"("topic":"a","patch":{"x":null},"if_offset":0)"));
  EXPECT_EQ(request.move, move::set);
  EXPECT_EQ(request.patch, data(R"({"x":null})"));
  EXPECT_EQ(request.if_offset, 0u);
  EXPECT_EQ(
      decoded<lobby_request>(event("set", R"("topic":"a","patch":{})"))
          .if_offset,
      std::nullopt);
}

TEST_P(decode_lobby, kick_and_invite) {
  const auto kick =
      decoded<lobby_request>(event("kick", R"("topic":"a","user":"u")"));
  EXPECT_EQ(kick.move, move::kick);
  EXPECT_EQ(kick.user, "u");
  const auto invite =
      decoded<lobby_request>(event("invite", R"("topic":"a","user":"u")"));
  EXPECT_EQ(invite.move, move::invite);
}

TEST_P(decode_lobby, send_to_the_host_or_a_seat) {
  const auto host = decoded<lobby_send_request>(
      event("send", R"("topic":"a","to":"host","data":[1])"));
  EXPECT_EQ(host.seat, std::nullopt);
  EXPECT_EQ(host.data, data("[1]"));
  const auto seat = decoded<lobby_send_request>(
      event("send", R"("topic":"a","seat":0,"data":null)"));
  EXPECT_EQ(seat.seat, 0u);
  EXPECT_EQ(seat.data, data("null"));
}

TEST_P(decode_lobby, list) {
  const auto plain =
      decoded<lobby_list_request>(event("list", R"("prefix":"a.")"));
  EXPECT_EQ(plain.filter.prefix, "a.");
  EXPECT_EQ(plain.limit, 50u);
  EXPECT_EQ(plain.filter.free_min, 0u);
  EXPECT_EQ(plain.filter.seats, std::nullopt);
  const auto all = decoded<lobby_list_request>(event(
      "list", R"("prefix":"a.","limit":7,"free":2,"seats":4,"after":"a.k",)"
              R"("info":{"m":1})"));
  EXPECT_EQ(all.limit, 7u);
  EXPECT_EQ(all.filter.free_min, 2u);
  EXPECT_EQ(all.filter.seats, 4u);
  EXPECT_EQ(all.after, "a.k");
  EXPECT_EQ(all.filter.info, data(R"({"m":1})"));
}

TEST_P(decode_lobby, match_and_its_end) {
  const auto all = decoded<lobby_match_request>(event(
      "match", R"("prefix":"a.","seats":2,"info":{"m":1},"min_players":2,)"
               R"("auto_start":true,"state":{"s":1},"wait_ms":10000)"));
  EXPECT_TRUE(all.create);
  EXPECT_EQ(all.wait_ms, 10'000u);
  EXPECT_EQ(all.filter.seats, 2u);
  EXPECT_EQ(all.setup.seats, 2u);
  EXPECT_EQ(all.filter.info, data(R"({"m":1})"));
  EXPECT_EQ(all.setup.info, data(R"({"m":1})"));
  EXPECT_EQ(all.setup.players_min, 2u);
  EXPECT_TRUE(all.setup.auto_start);
  EXPECT_EQ(all.setup.state, data(R"({"s":1})"));
  const auto none = decoded<lobby_match_request>(
      event("match", R"("prefix":"a.","create":false)"));
  EXPECT_FALSE(none.create);
  EXPECT_EQ(none.filter.seats, std::nullopt);
  EXPECT_EQ(
      decoded<match_cancel_request>(event("match.cancel", R"("match":9)"))
          .match,
      9u);
}

// -- refusals
// -------------------------------------------------------------------

TEST_P(decode_lobby, refusals_name_a_topic_that_is_missing_or_illegal) {
  for (const auto* name :
       {"create", "join", "leave", "ready", "set", "kick", "invite", "start",
        "close", "send"}) {
    const std::string rest =
        R"("seats":1,"patch":{},"user":"u","seat":1,"data":1)";
    expect_bad(event(name, rest), "topic");
    for (const auto* topic : {R"("")", R"("a..b")", "1", "null"})
      expect_bad(
          event(name, rest + R"(,"topic":)" + std::string{topic}), "topic");
  }
}

TEST_P(decode_lobby, refusals_name_the_field) {
  const struct {
    const char *name, *rest, *field;
  } all[] = {
      {"create", "", "seats"},
      {"create", R"("seats":0)", "seats"},
      {"create", R"("seats":"4")", "seats"},
      {"create", R"("seats":4294967296)", "seats"},
      {"create", R"("seats":2,"min_players":0)", "min_players"},
      {"create", R"("seats":2,"auto_start":1)", "auto_start"},
      {"create", R"("seats":2,"private":"yes")", "private"},
      {"create", R"("seats":2,"spectators":null)", "spectators"},
      {"create", R"("seats":2,"password":"")", "password"},
      {"create", R"("seats":2,"password":7)", "password"},
      {"create", R"("seats":2,"info":[1])", "info"},
      {"create", R"("seats":2,"info":null)", "info"},
      {"create", R"("seats":2,"key":"")", "key"},
      {"join", R"("password":"")", "password"},
      {"ready", R"("ready":"yes")", "ready"},
      {"set", "", "patch"},
      {"set", R"("patch":[])", "patch"},
      {"set", R"("patch":{},"if_offset":-1)", "if_offset"},
      {"kick", "", "user"},
      {"kick", R"("user":"")", "user"},
      {"invite", R"("user":1)", "user"},
      {"send", R"("to":"host")", "data"},
      {"send", R"("data":1)", "to"},
      {"send", R"("to":"all","data":1)", "to"},
      {"send", R"("seat":-1,"data":1)", "seat"},
  };
  for (const auto& [name, rest, field] : all)
    expect_bad(
        event(
            name, R"("topic":"a.b")"
                      + (*rest ? "," + std::string{rest} : std::string{})),
        field);
}

TEST_P(decode_lobby, refusals_of_lists_and_matches_name_the_field) {
  const struct {
    const char *name, *rest, *field;
  } all[] = {
      {"list", R"("prefix":1)", "prefix"},
      {"list", R"("prefix":"a.","limit":-1)", "limit"},
      {"list", R"("prefix":"a.","free":1.5)", "free"},
      {"list", R"("prefix":"a.","seats":0)", "seats"},
      {"list", R"("prefix":"a.","info":"x")", "info"},
      {"list", R"("prefix":"a.","after":2)", "after"},
      {"match", R"("prefix":"a.")", "seats"},
      {"match", R"("prefix":"a.","seats":0)", "seats"},
      {"match", R"("prefix":"a.","seats":2,"create":1)", "create"},
      {"match", R"("prefix":"a.","seats":2,"wait_ms":-5)", "wait_ms"},
      {"match", R"("prefix":"a.","seats":2,"info":[])", "info"},
      {"match", R"("prefix":"a.","seats":2,"min_players":0)", "min_players"},
      {"match.cancel", "", "match"},
      {"match.cancel", R"("match":0)", "match"},
  };
  for (const auto& [name, rest, field] : all)
    expect_bad(event(name, rest), field);
}

TEST_P(decode_lobby, has_no_events_but_these) {
  for (const auto* name : {"", "joined", "Join", "match.", "hold", "host"}) {
    const auto message =
        decode(GetParam(), written(event(name, R"("topic":"a")")));
    ASSERT_FALSE(message) << name;
    EXPECT_EQ(message.error().code, errc::unknown_event) << name;
  }
}

} // namespace
} // namespace rookery

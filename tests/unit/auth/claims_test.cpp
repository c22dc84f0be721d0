#include "net/auth/claims.hpp"
#include "tests/unit/auth/tokens.hpp"

#include <gtest/gtest.h>

namespace rookery::test {
namespace {

using std::chrono::system_clock;

result<identity> read(
    const std::string& payload, const token_config& settings = {},
    system_clock::time_point time = now) {
  return read_claims(payload, settings, time);
}

/// "ok", or the code and message of the refusal.
std::string outcome(const result<identity>& who) {
  if (who)
    return "ok";
  return std::string{name(who.error().code)} + ": " + who.error().message;
}

std::string expiring(std::chrono::seconds from_now) {
  return R"({"sub":"ann","exp":)" + at(from_now) + "}";
}

std::string starting(std::chrono::seconds from_now) {
  return R"({"sub":"ann","nbf":)" + at(from_now) + "}";
}

constexpr const char* expired = "token_expired: the token has expired";
constexpr const char* too_early =
    "unauthorized: the token is not valid yet (`nbf`)";

TEST(expiry, comes_when_the_leeway_after_exp_is_over) {
  token_config settings;
  settings.leeway = 5s;
  EXPECT_EQ(outcome(read(expiring(0s), settings)), "ok");
  EXPECT_EQ(outcome(read(expiring(-4s), settings)), "ok");
  EXPECT_EQ(outcome(read(expiring(-5s), settings, now - 1ms)), "ok");
  EXPECT_EQ(outcome(read(expiring(-5s), settings)), expired);
  settings.leeway = 0s;
  EXPECT_EQ(outcome(read(expiring(1s), settings)), "ok");
  EXPECT_EQ(outcome(read(expiring(0s), settings)), expired);
}

TEST(expiry, is_told_as_the_token_has_it) {
  EXPECT_EQ(read(expiring(60s))->expires_at, now + 60s);
  EXPECT_EQ(read(expiring(-4s))->expires_at, now - 4s);
  EXPECT_EQ(read(R"({"sub":"ann"})")->expires_at, std::nullopt);
}

TEST(expiry, may_have_a_fraction) {
  const auto who = read(R"({"sub":"ann","exp":)" + at(1s) + ".25}");
  ASSERT_TRUE(who);
  EXPECT_EQ(who->expires_at, now + 1250ms);
}

TEST(expiry, beyond_what_the_clock_can_say_is_never) {
  EXPECT_EQ(
      read(R"({"sub":"ann","exp":253402300799})")->expires_at, std::nullopt);
  EXPECT_EQ(
      read(R"({"sub":"ann","exp":9999999999})")->expires_at, std::nullopt);
  EXPECT_NE(
      read(R"({"sub":"ann","exp":9000000000})")->expires_at, std::nullopt);
}

TEST(expiry, that_is_no_time_is_refused) {
  for (const auto* value :
       {R"("1800000000")", "-1", "1e300", "253402300800", "null", "[]", "true"})
    EXPECT_EQ(
        outcome(read(std::string{R"({"sub":"ann","exp":)"} + value + "}")),
        "unauthorized: the token's `exp` is no time")
        << value;
}

TEST(start, comes_the_leeway_before_nbf) {
  token_config settings;
  settings.leeway = 5s;
  EXPECT_EQ(outcome(read(starting(0s), settings)), "ok");
  EXPECT_EQ(outcome(read(starting(5s), settings)), "ok");
  EXPECT_EQ(outcome(read(starting(5s), settings, now - 1ms)), too_early);
  settings.leeway = 0s;
  EXPECT_EQ(outcome(read(starting(0s), settings)), "ok");
  EXPECT_EQ(outcome(read(starting(1s), settings)), too_early);
}

TEST(issuer, must_be_the_configured_one_if_there_is_one) {
  token_config settings;
  EXPECT_EQ(outcome(read(R"({"sub":"ann","iss":"b"})", settings)), "ok");
  settings.issuer = "a";
  EXPECT_EQ(outcome(read(R"({"sub":"ann","iss":"a"})", settings)), "ok");
  for (const auto* claim :
       {R"(,"iss":"b")", R"(,"iss":["a"])", R"(,"iss":"")", R"(,"iss":null)",
        ""})
    EXPECT_EQ(
        outcome(read(R"({"sub":"ann")" + std::string{claim} + "}", settings)),
        "unauthorized: the token is not from the configured issuer (`iss`)")
        << claim;
}

TEST(audience, must_name_the_configured_one_if_there_is_one) {
  token_config settings;
  EXPECT_EQ(outcome(read(R"({"sub":"ann","aud":"b"})", settings)), "ok");
  settings.audience = "a";
  for (const auto* claim : {R"("a")", R"(["a"])", R"(["b","a"])"})
    EXPECT_EQ(
        outcome(read(
            R"({"sub":"ann","aud":)" + std::string{claim} + "}", settings)),
        "ok")
        << claim;
  for (const auto* claim :
       {R"("b")", R"(["b"])", "[]", R"([["a"]])", R"({"a":"a"})", "7", "null"})
    EXPECT_EQ(
        outcome(read(
            R"({"sub":"ann","aud":)" + std::string{claim} + "}", settings)),
        "unauthorized: the token is not for the configured audience (`aud`)")
        << claim;
  EXPECT_NE(outcome(read(R"({"sub":"ann"})", settings)), "ok");
}

TEST(user, is_the_subject) {
  const auto user_of = [](const std::string& sub) {
    const auto who = read(R"({"sub":)" + sub + "}");
    return who ? who->user : outcome(who);
  };
  EXPECT_EQ(user_of(R"("ann")"), "ann");
  EXPECT_EQ(user_of(R"("Zo\u00eb \ud83d\ude00")"), "Zoë 😀");
  EXPECT_EQ(user_of('"' + std::string(128, 'x') + '"'), std::string(128, 'x'));
  const std::string wrong_size =
      "unauthorized: the token's `sub` must have 1 to 128 bytes";
  EXPECT_EQ(user_of('"' + std::string(129, 'x') + '"'), wrong_size);
  EXPECT_EQ(user_of(R"("")"), wrong_size);
  for (const auto* sub : {"7", "null", R"(["ann"])", "{}"})
    EXPECT_EQ(
        user_of(sub),
        "unauthorized: the token has no `sub`, or it is no string");
  for (const auto* sub :
       {R"("a\nb")", R"("\u001b[2J")", R"("\u007f")", R"("\u0085")",
        R"("a\u009f")"})
    EXPECT_EQ(
        user_of(sub), "unauthorized: the token's `sub` has control characters");
  EXPECT_EQ(user_of(R"("\u00a0")"), "\u00a0");
}

TEST(claims, that_are_no_json_object_are_refused) {
  const std::string refusal =
      "unauthorized: the token's claims are no JSON object";
  for (const std::string payload :
       {"", "7", "[]", R"("sub")", R"({"sub":"ann"} x)", R"({"sub":"ann)",
        R"({"sub":"ann","sub":"bob"})", "{\"sub\":\"\xff\"}",
        "{\"sub\":\"a\\u0000b\"}", "{\"sub\":\"\xed\xa0\x80\"}"})
    EXPECT_EQ(outcome(read(payload)), refusal) << payload;
  EXPECT_EQ(
      outcome(read(R"({"sub":"a","x":)" + std::string(5000, '['))), refusal);
}

TEST(info, is_any_json_and_keeps_its_value) {
  const auto info_of = [](const std::string& info) {
    return read(R"({"sub":"ann","info":)" + info + "}").value().info;
  };
  EXPECT_EQ(
      info_of(R"({ "name": "Zoë", "b": [1, true, null] })"),
      R"({"name":"Zoë","b":[1,true,null]})");
  EXPECT_EQ(info_of(R"("text")"), R"("text")");
  EXPECT_EQ(info_of("9007199254740993"), "9007199254740993");
  EXPECT_EQ(std::stod(info_of("0.1")), 0.1);
  EXPECT_EQ(info_of("false"), "false");
  EXPECT_EQ(info_of("null"), "");
  EXPECT_EQ(read(R"({"sub":"ann"})")->info, "");
}

TEST(topics, are_patterns_with_all_rights_or_with_named_ones) {
  EXPECT_EQ(read(R"({"sub":"ann"})")->grants, std::nullopt);
  EXPECT_EQ(
      read(R"({"sub":"ann","topics":[]})")->grants, std::vector<topic_grant>{});
  EXPECT_EQ(
      read(R"({"sub":"ann","topics":["chat.*",">"]})")->grants,
      (std::vector<topic_grant>{
          {"chat.*", right_set::all()}, {">", right_set::all()}}));
  EXPECT_EQ(
      read(R"({"sub":"ann","topics":{"a":"subscribe publish",
                                           "b":"all","c":""}})")
          ->grants,
      (std::vector<topic_grant>{
          {"a", {right::subscribe, right::publish}},
          {"b", right_set::all()},
          {"c", {}},
      }));
}

TEST(topics, put_the_users_own_id_in_place) {
  const auto grants_of = [](const std::string& user) {
    return read(R"({"sub":")" + user + R"(","topics":["user.{id}.>"]})")
        .value()
        .grants.value();
  };
  EXPECT_EQ(
      grants_of("ann"),
      (std::vector<topic_grant>{{"user.ann.>", right_set::all()}}));
  for (const auto* user : {"*", ">", "a.b", "a b", "{id}", "Zoë"})
    EXPECT_EQ(grants_of(user), std::vector<topic_grant>{}) << user;
}

TEST(topics, that_are_wrong_are_refused) {
  const auto outcome_of = [](const std::string& topics) {
    return outcome(read(R"({"sub":"ann","topics":)" + topics + "}"));
  };
  const std::string wrong_form =
      "unauthorized: the token's `topics` is neither an array nor an object";
  const std::string wrong_pattern =
      "unauthorized: a pattern in the token's `topics` is wrong";
  const std::string wrong_rights =
      "unauthorized: the rights in the token's `topics` are no words like "
      "\"subscribe publish\"";
  for (const auto* topics : {"7", "null", R"("chat.*")", "true"})
    EXPECT_EQ(outcome_of(topics), wrong_form) << topics;
  for (const auto* topics :
       {"[7]", R"([""])", R"(["a..b"])", R"([">.a"])", R"(["a*"])",
        R"(["{id"])", R"({"":"all"})", R"({"a b":"all"})", "[[]]"})
    EXPECT_EQ(outcome_of(topics), wrong_pattern) << topics;
  for (const auto* topics :
       {R"({"a":"fly"})", R"({"a":"subscribe,publish"})", R"({"a":7})",
        R"({"a":["subscribe"]})", R"({"a":" subscribe"})",
        R"({"a":"subscribe "})", R"({"a":"subscribe  publish"})"})
    EXPECT_EQ(outcome_of(topics), wrong_rights) << topics;
}

TEST(topics, are_at_most_128) {
  const auto list_of = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i)
      list += (i ? ",\"t" : "\"t") + std::to_string(i) + '"';
    return R"({"sub":"ann","topics":[)" + list + "]}";
  };
  EXPECT_EQ(read(list_of(128))->grants->size(), 128u);
  EXPECT_EQ(
      outcome(read(list_of(129))),
      "unauthorized: the token's `topics` has more than 128 patterns");
}

} // namespace
} // namespace rookery::test

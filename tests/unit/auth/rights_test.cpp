#include "net/auth/rights.hpp"

#include <gtest/gtest.h>

namespace rookery {
namespace {

constexpr right_set taking_part{
    right::subscribe, right::publish, right::presence, right::history};

identity user(std::string id) {
  identity who;
  who.user = std::move(id);
  return who;
}

identity anonymous() {
  auto who = user("anonymous-1");
  who.anonymous = true;
  return who;
}

identity granted(std::vector<topic_grant> grants) {
  auto who = user("ann");
  who.grants = std::move(grants);
  return who;
}

topic_class rules(std::string match, topic_rights allow = {}) {
  topic_class of;
  of.match = std::move(match);
  of.allow = allow;
  return of;
}

right_set
on(std::string_view topic, const identity& who, const topic_class& of) {
  return rights_on(topic, who, of, membership::member);
}

TEST(
    rights, of_a_first_configuration_let_users_do_all_and_strangers_take_part) {
  const auto chat = rules("chat.*");
  EXPECT_EQ(on("chat.1", user("ann"), chat), right_set::all());
  EXPECT_EQ(on("chat.1", anonymous(), chat), taking_part);
}

TEST(rights, on_topics_of_the_node_are_to_listen_and_nothing_else) {
  const auto alerts = rules("$sys.alerts");
  const right_set listening{right::subscribe};
  EXPECT_EQ(on("$sys.alerts", user("ann"), alerts), listening);
  EXPECT_EQ(
      on("$sys.alerts", granted({{"$sys.>", right_set::all()}}), alerts),
      listening);
  EXPECT_EQ(
      on("$sys.alerts", granted({{">", right_set::all()}}), alerts),
      right_set{});
}

TEST(rights, come_from_the_configuration_of_the_class) {
  const auto news = rules(
      "news",
      {.anonymous = {}, .users = {right::subscribe}, .members_only = {}});
  EXPECT_EQ(on("news", anonymous(), news), right_set{});
  EXPECT_EQ(on("news", user("ann"), news), right_set{right::subscribe});
}

TEST(rights, for_members_only_are_those_of_who_has_them_anyway) {
  const auto chat = rules(
      "chat.*", {.anonymous = {right::subscribe},
                 .users = taking_part,
                 .members_only = {right::publish, right::history}});
  const right_set before_joining{right::subscribe, right::presence};
  EXPECT_EQ(
      rights_on("chat.1", user("ann"), chat, membership::none), before_joining);
  EXPECT_EQ(
      rights_on("chat.1", user("ann"), chat, membership::member), taking_part);
  EXPECT_EQ(
      rights_on("chat.1", anonymous(), chat, membership::member),
      right_set{right::subscribe});
  const auto reader = granted({{"chat.*", {right::subscribe}}});
  EXPECT_EQ(
      rights_on("chat.1", reader, chat, membership::member),
      right_set{right::subscribe});
}

TEST(rights, of_a_token_replace_those_of_the_configuration) {
  const auto open = rules("chat.*");
  const auto closed = rules("chat.*", {.anonymous = {}, .users = {}});
  const auto who = granted(
      {{"chat.1", {right::subscribe}},
       {"chat.*", {right::history}},
       {"news", right_set::all()}});
  for (const auto& of : {open, closed}) {
    EXPECT_EQ(
        on("chat.1", who, of), (right_set{right::subscribe, right::history}));
    EXPECT_EQ(on("chat.2", who, of), right_set{right::history});
    EXPECT_EQ(on("chat.2.x", who, of), right_set{});
  }
  EXPECT_EQ(on("chat.1", granted({}), open), right_set{});
}

TEST(rights, on_personal_topics_are_their_owners) {
  const auto own = rules("user.{id}.>");
  EXPECT_EQ(on("user.ann.inbox", user("ann"), own), right_set::all());
  EXPECT_EQ(on("user.ann.inbox.old", user("ann"), own), right_set::all());
  EXPECT_EQ(on("user.bob.inbox", user("ann"), own), right_set{right::send});
  EXPECT_EQ(on("user.bob.inbox", anonymous(), own), right_set{});
}

TEST(rights, on_personal_topics_cannot_be_had_by_a_clever_user_id) {
  const auto own = rules("user.{id}.>");
  for (const auto* id :
       {"*", ">", "bob.inbox", "bo", "bob.", ".bob", "{id}", "", "BOB",
        "bob\n"})
    EXPECT_EQ(on("user.bob.inbox.x", user(id), own), right_set{right::send})
        << id;
}

TEST(rights, on_personal_topics_of_others_can_be_granted_by_a_token) {
  const auto own = rules("user.{id}.>");
  const auto support = granted({{"user.*.inbox", {right::publish}}});
  EXPECT_EQ(on("user.bob.inbox", support, own), right_set{right::publish});
  EXPECT_EQ(on("user.ann.notes", support, own), right_set{});
}

TEST(refusals, say_what_is_denied) {
  const auto closed = rules("chat.*", {.anonymous = {}, .users = {}});
  const auto refusal = [&](right one) {
    const auto permitted =
        permit(one, "chat.room-1", user("ann"), closed, membership::member);
    EXPECT_EQ(permitted.error().code, errc::permission_denied);
    return permitted.error().message;
  };
  EXPECT_EQ(
      refusal(right::subscribe), "subscribe to chat.room-1 is not allowed");
  EXPECT_EQ(refusal(right::publish), "publish to chat.room-1 is not allowed");
  EXPECT_EQ(refusal(right::presence), "presence of chat.room-1 is not allowed");
  EXPECT_EQ(refusal(right::history), "history of chat.room-1 is not allowed");
  EXPECT_EQ(refusal(right::lobby), "playing in chat.room-1 is not allowed");
  EXPECT_EQ(
      refusal(right::state),
      "changing the state of chat.room-1 is not allowed");
  EXPECT_TRUE(permit(
      right::publish, "chat.room-1", user("ann"), rules("chat.*"),
      membership::none));
}

TEST(direct_messages, are_for_users_unless_something_else_is_configured) {
  const auto closed = rules("user.*", {.anonymous = {}, .users = {}});
  EXPECT_TRUE(permit_send("bob", user("ann"), nullptr));
  EXPECT_FALSE(permit_send("bob", anonymous(), nullptr));
  const auto refused = permit_send("bob", user("ann"), &closed);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "send to bob is not allowed");
}

TEST(direct_messages, reach_the_owner_of_personal_topics) {
  const auto own = rules("user.{id}");
  EXPECT_TRUE(permit_send("bob", user("ann"), &own));
}

TEST(direct_messages, need_a_pattern_of_the_receiver_where_the_token_has_any) {
  EXPECT_FALSE(
      permit_send("bob", granted({{"chat.*", right_set::all()}}), nullptr));
  EXPECT_TRUE(
      permit_send("bob", granted({{"user.bob", {right::send}}}), nullptr));
  EXPECT_FALSE(
      permit_send("eve", granted({{"user.bob", {right::send}}}), nullptr));
  const auto to_all = granted({{"user.>", {right::send}}});
  EXPECT_TRUE(permit_send("bob@example.com", to_all, nullptr));
}

TEST(grants, are_read_from_the_command_line) {
  EXPECT_EQ(parse_grant("chat.*"), (topic_grant{"chat.*", right_set::all()}));
  EXPECT_EQ(
      parse_grant("user.{id}.>:subscribe,history"),
      (topic_grant{"user.{id}.>", {right::subscribe, right::history}}));
  EXPECT_EQ(parse_grant("a..b").error().message, "\"a..b\": a part is empty");
  EXPECT_EQ(
      parse_grant("chat.*:fly").error().message,
      "\"fly\": rights are subscribe, publish, presence, history, send, "
      "lobby, state or all, separated by ','");
}

} // namespace
} // namespace rookery

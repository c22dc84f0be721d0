#include "base/config/topic_pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rookery {
namespace {

TEST(topic_pattern, without_wildcards_is_one_name) {
  EXPECT_TRUE(matches("notifications", "notifications"));
  EXPECT_TRUE(matches("chat.room-1", "chat.room-1"));
  EXPECT_FALSE(matches("chat.room-1", "chat.room-2"));
  EXPECT_FALSE(matches("chat.room-1", "chat"));
  EXPECT_FALSE(matches("chat", "chat.room-1"));
  EXPECT_FALSE(matches("chat", "Chat"));
}

TEST(topic_pattern, has_a_star_for_exactly_one_part) {
  EXPECT_TRUE(matches("chat.*", "chat.room-1"));
  EXPECT_FALSE(matches("chat.*", "chat"));
  EXPECT_FALSE(matches("chat.*", "chat.room-1.typing"));
  EXPECT_FALSE(matches("chat.*", "chats.room-1"));
  EXPECT_TRUE(matches("*", "anything"));
  EXPECT_FALSE(matches("*", "any.thing"));
  EXPECT_TRUE(matches("game.*.chat", "game.7.chat"));
  EXPECT_FALSE(matches("game.*.chat", "game.7.8.chat"));
  EXPECT_FALSE(matches("game.*.chat", "game.7.chats"));
  EXPECT_TRUE(matches("*.*", "a.b"));
}

TEST(topic_pattern, has_an_arrow_for_one_or_more_parts) {
  EXPECT_TRUE(matches(">", "a"));
  EXPECT_TRUE(matches(">", "a.b.c"));
  EXPECT_TRUE(matches("game.>", "game.7"));
  EXPECT_TRUE(matches("game.>", "game.7.chat"));
  EXPECT_FALSE(matches("game.>", "game"));
  EXPECT_FALSE(matches("game.>", "games.7"));
  EXPECT_TRUE(matches("*.b.>", "a.b.c.d"));
  EXPECT_FALSE(matches("*.b.>", "a.b"));
}

TEST(topic_pattern, says_what_is_wrong_with_it) {
  for (const auto* good :
       {"a", "chat.*", "*", ">", "*.*.>", "A-1.b_2", "game.*.chat"})
    EXPECT_EQ(pattern_error(good), std::nullopt) << good;
  EXPECT_EQ(pattern_error(""), "the pattern is empty");
  EXPECT_EQ(pattern_error("a..b"), "a part is empty");
  EXPECT_EQ(pattern_error(".a"), "a part is empty");
  EXPECT_EQ(pattern_error("a."), "a part is empty");
  EXPECT_EQ(pattern_error(">.a"), "'>' must be the last part");
  EXPECT_EQ(pattern_error("a.b*"), "'*' and '>' must be whole parts");
  EXPECT_EQ(pattern_error("a.**"), "'*' and '>' must be whole parts");
  EXPECT_EQ(pattern_error("a.>b"), "'*' and '>' must be whole parts");
  EXPECT_EQ(
      pattern_error("a.b c"), "parts are made of letters, digits, '_' and '-'");
  EXPECT_EQ(pattern_error(std::string(255, 'a')), std::nullopt);
  EXPECT_EQ(
      pattern_error(std::string(256, 'a')),
      "the pattern is longer than 255 bytes");
}

TEST(topic_pattern, covers_another_if_it_matches_all_that_the_other_does) {
  EXPECT_TRUE(covers("chat.*", "chat.*"));
  EXPECT_TRUE(covers("chat.*", "chat.lobby"));
  EXPECT_TRUE(covers(">", "chat.*"));
  EXPECT_TRUE(covers("chat.>", "chat.*.typing"));
  EXPECT_TRUE(covers("*.>", "a.b.>"));
  EXPECT_TRUE(covers("*.*", "a.*"));

  EXPECT_FALSE(covers("chat.lobby", "chat.*"));
  EXPECT_FALSE(covers("chat.*", "chat.>"));
  EXPECT_FALSE(covers("*.>", ">"));
  EXPECT_FALSE(covers("*.a", "a.*"));
  EXPECT_FALSE(covers("a.*", "a"));
}

TEST(topic_pattern, means_topics_of_the_node_only_if_it_says_so) {
  EXPECT_TRUE(matches("$sys.alerts", "$sys.alerts"));
  EXPECT_TRUE(matches("$sys.>", "$sys.alerts"));
  EXPECT_TRUE(matches("$sys.*", "$sys.alerts"));
  for (const auto* wide : {">", "*.alerts", "*.*", "*.>"}) {
    EXPECT_FALSE(matches(wide, "$sys.alerts")) << wide;
    EXPECT_FALSE(covers(wide, "$sys.>")) << wide;
    EXPECT_FALSE(overlap(wide, "$sys.>")) << wide;
    EXPECT_FALSE(overlap("$sys.*", wide)) << wide;
    EXPECT_FALSE(covers("$sys.>", wide)) << wide;
  }
  EXPECT_EQ(pattern_error("$sys.alerts"), std::nullopt);
  EXPECT_EQ(pattern_error("$sys.>"), std::nullopt);
  EXPECT_NE(pattern_error("$sys"), std::nullopt);
  EXPECT_NE(pattern_error("$other.>"), std::nullopt);
  EXPECT_NE(pattern_error("a.$sys.b"), std::nullopt);
}

TEST(topic_pattern, is_harmless_when_it_is_not_valid) {
  EXPECT_FALSE(matches("", "a"));
  EXPECT_FALSE(matches("a..b", "a.b"));
  EXPECT_FALSE(matches("a", ""));
  EXPECT_FALSE(matches("..", "."));
}

} // namespace
TEST(topic_pattern, overlaps_another_if_some_name_matches_both) {
  EXPECT_TRUE(overlap("chat.*", "*.lobby"));
  EXPECT_TRUE(overlap("chat.>", "*.*.typing"));
  EXPECT_TRUE(overlap(">", "a"));
  EXPECT_FALSE(overlap("chat.*", "room.*"));
  EXPECT_FALSE(overlap("chat.*", "chat.*.typing"));
  EXPECT_FALSE(overlap("a.>", "a"));
}

} // namespace rookery

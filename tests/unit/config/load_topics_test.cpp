#include "tests/unit/config/loading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(topic_classes, are_in_the_order_of_the_text) {
  EXPECT_THAT(
      class_names(load_good(R"(
        topics {
          zebra { match = z }
          ant { match = a }
          mole { kind = room
                 match = m }
        }
        topics.bee.match = b
        topics { "cow-1" { match = c } }
        topics.dog = { match = d })")),
      ElementsAre("zebra", "ant", "mole", "bee", "cow-1", "dog"));
}

TEST(topic_classes, are_in_the_order_of_the_text_however_many_they_are) {
  std::string text = "topics {\n";
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back("n" + std::to_string(i * 7919 % 1000));
    text += names.back() + ".match = " + names.back() + "\n";
  }
  EXPECT_EQ(class_names(load_good(text + "}")), names);
}

TEST(topic_classes, of_an_included_file_stand_where_it_is_included) {
  const scratch_folder folder;
  folder.write(
      "common.conf", "topics {\n\n\n\n  b.match = b\n  a.match = a\n}");
  const auto path = folder.write(
      "main.conf", "topics.c.match = c\ninclude \"common.conf\"\n"
                   "topics.d.match = d\n");
  const auto all = load_config_file(path);
  ASSERT_TRUE(all);
  EXPECT_THAT(class_names(*all), ElementsAre("c", "b", "a", "d"));
}

TEST(topic_classes, keep_their_place_unless_their_match_is_set_anew) {
  const scratch_folder folder;
  folder.write(
      "common.conf",
      "topics {\n  a.match = a\n  b.match = b\n  c.match = c\n}");
  const auto path = folder.write(
      "main.conf", "include \"common.conf\"\ntopics.d.match = d\n"
                   "topics.b.kind = room\ntopics.a.match = x\n");
  const auto all = load_config_file(path);
  ASSERT_TRUE(all);
  EXPECT_THAT(class_names(*all), ElementsAre("b", "c", "d", "a"));
  EXPECT_EQ(all->topics[0].kind, topic_kind::room);
}

TEST(topic_classes, are_where_they_are_made_of_a_substitution) {
  const scoped_variable pattern{"TEST_PATTERN", "env.*"};
  const auto all = load_good(R"(
    topics {
      z = ${vars.room} { match = "z.*" }
      y { match = ${vars.prefix}".*" }
      x { match = ${TEST_PATTERN} }
      w = ${vars.all}
      v = ${vars.room}
      v { match = v }
    }
    vars {
      all { match = w }
      prefix = y
      room { kind = room }
    })");
  EXPECT_THAT(class_names(all), ElementsAre("z", "y", "x", "w", "v"));
  EXPECT_EQ(all.topics[0].kind, topic_kind::room);
  EXPECT_EQ(all.topics[1].match, "y.*");
  EXPECT_EQ(all.topics[2].match, "env.*");
}

TEST(topic_classes, need_a_match) {
  EXPECT_THAT(
      errors_in("topics {\n  a { kind = room }\n  b {}\n c = null\n}"),
      ElementsAre(
          "x.conf:2: topics.a: has no match, so no topic is of this class",
          "x.conf:3: topics.b: has no match, so no topic is of this class"));
}

TEST(topic_classes, need_a_good_pattern) {
  EXPECT_THAT(
      errors_in("topics {\n  a.match = \"a..b\"\n  b.match = \"\"\n"
                "  c.match = \">.a\"\n}"),
      ElementsAre(
          "x.conf:2: topics.a.match: 'a..b' is not a pattern: a part is empty",
          "x.conf:3: topics.b.match: '' is not a pattern: the pattern is empty",
          "x.conf:4: topics.c.match: '>.a' is not a pattern: '>' must be the "
          "last part"));
}

TEST(topic_classes, need_a_plain_name) {
  EXPECT_THAT(
      errors_in("topics.\"a b\".match = a"),
      ElementsAre(
          "x.conf:1: topics.a b: names are made of letters, digits, '_' "
          "and '-'"));
}

TEST(topic_classes, of_one_line_must_not_need_an_order) {
  EXPECT_THAT(
      errors_in("topics { b { match = \"*.b\" }, a { match = \"a.*\" } }"),
      ElementsAre("x.conf:1: topics.b: stands on one line with a, which hides "
                  "their order"));
  EXPECT_THAT(
      class_names(load_good("topics { b { match = b }, a { match = a } }")),
      ElementsAre("a", "b"));
}

TEST(topic_classes, of_one_line_are_tried_from_the_narrower_to_the_wider) {
  EXPECT_THAT(
      class_names(load_good("topics { a { match = \">\" }, "
                            "b { match = \"b.*\" }, c { match = \"b.c\" } }")),
      ElementsAre("c", "b", "a"));
}

TEST(topic_classes, must_not_be_hidden_by_one_before_them) {
  EXPECT_THAT(
      errors_in("topics {\n  a.match = \"chat.*\"\n  b.match = \"chat.x\"\n"
                "  c.match = \"chat.*\"\n  d.match = \"chat.>\"\n"
                "  e.match = \"user.{id}\"\n  f.match = \"user.*\"\n}"),
      ElementsAre(
          "x.conf:3: topics.b.match: no topic is of this class, since "
          "\"chat.*\" of a comes before it and takes all",
          "x.conf:4: topics.c.match: no topic is of this class, since "
          "\"chat.*\" of a comes before it and takes all",
          "x.conf:7: topics.f.match: no topic is of this class, since "
          "\"user.{id}\" of e comes before it and takes all"));
}

TEST(topic_classes, of_kind_lobby_have_their_own_settings) {
  const auto all = load_good(R"(
    topics.a {
      match = "lobby.*"
      kind = lobby
      lobby { seats-max = 8, hold = 0, empty-ttl = 5s, started-ttl = 0
              info-bytes-max = 2 KiB, listed-max = 10 }
    }
    topics.b { match = b, kind = lobby })");
  EXPECT_EQ(all.topics[0].kind, topic_kind::lobby);
  const auto& set = all.topics[0].lobby;
  EXPECT_EQ(set.seats_max, 8u);
  EXPECT_EQ(set.hold, milliseconds{0});
  EXPECT_EQ(set.empty_ttl, milliseconds{5'000});
  EXPECT_EQ(set.started_ttl, milliseconds{0});
  EXPECT_EQ(set.info_bytes_max, 2048u);
  EXPECT_EQ(set.listed_max, 10u);
  EXPECT_EQ(all.topics[1].lobby, lobby_config{});
  EXPECT_EQ(lobby_config{}.hold, milliseconds{30'000});
  EXPECT_EQ(policy_of(all.topics[1]), overflow_policy::repair);
}

TEST(topic_classes, of_kind_lobby_refuse_what_no_lobby_can_be) {
  EXPECT_THAT(
      errors_in("topics.a { match = a, kind = lobby\n"
                "lobby.seats-max = 0\n"
                "lobby.listed-max = 0\n"
                "lobby.hold = -1s\n"
                "lobby.seats = 4 }"),
      ElementsAre(
          StartsWith("x.conf:2: topics.a.lobby.seats-max:"),
          StartsWith("x.conf:3: topics.a.lobby.listed-max:"),
          StartsWith("x.conf:4: topics.a.lobby.hold:"),
          HasSubstr("lobby.seats")));
}

TEST(topic_classes, of_kind_listing_are_made_by_lobbies_only) {
  EXPECT_THAT(
      errors_in("topics.a { match = a, kind = listing }"),
      ElementsAre("x.conf:1: topics.a.kind: 'listing' is none of topic | room "
                  "| lobby"));
}

} // namespace
} // namespace rookery

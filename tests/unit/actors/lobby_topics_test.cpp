#define CAF_SUITE lobby_topics

#include "actors/lobby/lobby_topics.hpp"
#include "base/config/personal_pattern.hpp"
#include "base/config/topic_pattern.hpp"
#include "base/topic_name.hpp"

#include <caf/test/dsl.hpp>

#include <algorithm>
#include <random>

using namespace rookery;

namespace {

using names = std::vector<std::string>;

topic_class lobbies(std::string match) {
  topic_class one;
  one.name = match;
  one.match = std::move(match);
  one.kind = topic_kind::lobby;
  return one;
}
topic_class topics(std::string match) {
  auto one = lobbies(std::move(match));
  one.kind = topic_kind::topic;
  return one;
}
/// The pattern of the class that a name is of; "": there is none.
std::string match_of(const lobby_topics& all, std::string_view topic) {
  const auto* found = all.class_of(topic);
  return found ? found->match : std::string{};
}

} // namespace

CAF_TEST(a lobby is listed below each prefix that is fixed or its own) {
  CAF_CHECK_EQUAL(listings_of("lobby.x", "lobby.*"), names{"$lobbies.lobby"});
  CAF_CHECK_EQUAL(
      listings_of("game.chess.7", "game.*.*"),
      (names{"$lobbies.game", "$lobbies.game.chess"}));
  CAF_CHECK_EQUAL(
      listings_of("game.chess.7", "game.chess.*"),
      names{"$lobbies.game.chess"});
  CAF_CHECK_EQUAL(
      listings_of("a.b.c.d", "a.>"),
      (names{"$lobbies.a", "$lobbies.a.b", "$lobbies.a.b.c"}));
  CAF_CHECK_EQUAL(
      listings_of("game.ann.7", "game.{id}.*"),
      (names{"$lobbies.game", "$lobbies.game.ann"}));
  CAF_CHECK_EQUAL(
      listings_of("hall.main", "hall.main"), names{"$lobbies.hall"});
  CAF_CHECK(listings_of("x.main", "*.main").empty());
  CAF_CHECK(listings_of("main", "main").empty());
  CAF_CHECK(listings_of("a.b", ">").empty());
}

CAF_TEST(each class has one listing that has all of it) {
  const lobby_topics all{
      {lobbies("game.*.*"), topics("chat.*"), lobbies("game.>"),
       lobbies("hall.main.*"), lobbies("*.x"), lobbies("main")}};
  CAF_CHECK_EQUAL(all.roots(), (names{"$lobbies.game", "$lobbies.hall.main"}));
}

CAF_TEST(a listing is of the first class that has lobbies there) {
  const lobby_topics all{
      {topics("game.chat"), lobbies("game.chess.*"), lobbies("game.*.{id}"),
       lobbies("deep.*.x.>")}};
  CAF_CHECK_EQUAL(match_of(all, "$lobbies.game.chess"), "game.chess.*");
  CAF_CHECK_EQUAL(match_of(all, "$lobbies.game.go"), "game.*.{id}");
  CAF_CHECK_EQUAL(match_of(all, "$lobbies.game"), "game.*.{id}");
  CAF_CHECK_EQUAL(match_of(all, "$lobbies.deep.a.x.y.z"), "deep.*.x.>");
  CAF_CHECK_EQUAL(match_of(all, "$lobbies.deep.a"), "deep.*.x.>");
  CAF_CHECK_EQUAL(match_of(all, "$lobbies.deep.a.y"), "");
  CAF_CHECK_EQUAL(match_of(all, "$lobbies.game.go.7"), "");
  CAF_CHECK_EQUAL(match_of(all, "$lobbies.chat"), "");
  CAF_CHECK(all.class_of("$lobbies.game")->kind == topic_kind::listing);
}

CAF_TEST(a companion is of the class of its lobby) {
  const lobby_topics all{
      {topics("game.chat"), lobbies("game.*"), lobbies("{id}.own")}};
  CAF_CHECK_EQUAL(match_of(all, "$play.game.7"), "game.*");
  CAF_CHECK_EQUAL(match_of(all, "$play.game.chat"), ""); // is no lobby
  CAF_CHECK_EQUAL(match_of(all, "$play.ann.own"), "{id}.own");
  CAF_CHECK_EQUAL(match_of(all, "$play.game"), "");
  const auto* play = all.class_of("$play.game.7");
  CAF_CHECK(play->kind == topic_kind::topic);
  CAF_CHECK(play->overflow == overflow_policy::keep_latest);
}

CAF_TEST(a prefix is of the listing of its whole parts) {
  CAF_CHECK_EQUAL(listing_for("lobby.").value_or(""), "$lobbies.lobby");
  CAF_CHECK_EQUAL(listing_for("lobby.ab").value_or(""), "$lobbies.lobby");
  CAF_CHECK_EQUAL(
      listing_for("game.chess.a").value_or(""), "$lobbies.game.chess");
  for (const auto* none :
       {"", "lobby", ".", ".a", "a..", "a b.", "$sys.", "a.b..c"})
    CAF_CHECK(!listing_for(none));
}

CAF_TEST(who may see a list is asked of a lobby that would be in it) {
  CAF_CHECK_EQUAL(lobby_like("$lobbies.lobby", "lobby.*"), "lobby.any");
  CAF_CHECK_EQUAL(lobby_like("$lobbies.game", "game.*.x"), "game.any.x");
  CAF_CHECK_EQUAL(lobby_like("$lobbies.game.go", "game.*.x"), "game.go.x");
  CAF_CHECK_EQUAL(lobby_like("$lobbies.a.b.c", "a.>"), "a.b.c.any");
  CAF_CHECK_EQUAL(lobby_like("$lobbies.hall", "hall.main"), "hall.main");
  CAF_CHECK_EQUAL(lobby_like("$lobbies.game", "game.{id}.*"), "game.any.any");
}

namespace {

std::string any_parts(std::mt19937& random, const names& of, std::size_t most) {
  std::string text;
  for (auto n = 1 + random() % most; n > 0; --n)
    text += (text.empty() ? "" : ".") + of[random() % of.size()];
  return text;
}
std::string any_pattern(std::mt19937& random) {
  auto text = any_parts(random, {"a", "b", "*", "{id}", "a"}, 3);
  if (random() % 4 == 0)
    text += ".>";
  return text;
}

} // namespace

CAF_TEST(lists and lobbies know of each other whatever the patterns are) {
  std::mt19937 random{11};
  for (int i = 0; i < 20'000; ++i) {
    const auto match = any_pattern(random);
    const auto any = with_any_id(match);
    const auto lobby = any_parts(random, {"a", "b", "c"}, 4);
    const lobby_topics all{{lobbies(match)}};
    const auto roots = all.roots();
    if (matches(any, lobby)) {
      const auto lists = listings_of(lobby, match);
      for (const auto& list : lists) {
        CAF_REQUIRE(valid_topic_name(list));
        CAF_REQUIRE_EQUAL(match_of(all, list), match);
      }
      CAF_REQUIRE_EQUAL(lists.empty(), roots.empty());
      if (!lists.empty())
        CAF_REQUIRE_EQUAL(lists.front(), roots.front());
      CAF_REQUIRE_EQUAL(match_of(all, "$play." + lobby), match);
    } else {
      CAF_REQUIRE_EQUAL(match_of(all, "$play." + lobby), "");
    }
    const auto list = "$lobbies." + lobby;
    if (match_of(all, list).empty())
      continue;
    const auto like = lobby_like(list, match);
    CAF_REQUIRE(matches(any, like));
    const auto lists = listings_of(like, match);
    CAF_REQUIRE(std::find(lists.begin(), lists.end(), list) != lists.end());
  }
}

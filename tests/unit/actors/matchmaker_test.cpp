#define CAF_SUITE matchmaker

#include "actors/lobby/matchmaker.hpp"

#include <caf/test/dsl.hpp>

#include <random>
#include <set>

using namespace rookery;
using namespace std::chrono_literals;

namespace {

payload json(std::string text) {
  return {encoding::json, std::move(text)};
}

/// A listing and who wants seats; lobbies do what they are asked to at once or
/// when the test says so.
struct match_play {
  using pick_list = std::vector<match_pick>;

  matchmaker::seeker
  seeker(std::chrono::milliseconds wait, bool create, uint32_t seats = 4) {
    lobby_match_request request;
    request.filter.prefix = "a.";
    request.create = create;
    request.setup.seats = seats;
    return seeker(request, wait);
  }
  matchmaker::seeker
  seeker(const lobby_match_request& request, std::chrono::milliseconds wait) {
    return {
        {{}, ++serial},
        lobby_query{request.filter},
        request,
        now + wait,
        now + wait + 4s};
  }
  uint32_t seeks(matchmaker::seeker one) {
    CAF_REQUIRE(maker.add(std::move(one)));
    return serial;
  }
  void seek(
      std::size_t many, std::chrono::milliseconds wait, bool create,
      uint32_t seats = 4) {
    for (std::size_t i = 0; i < many; ++i)
      seeks(seeker(wait, create, seats));
  }
  /// The list has the lobby so.
  void list_as(
      const std::string& topic, uint32_t taken, uint32_t seats = 4,
      std::string info = "{}", bool locked = false) {
    listing_entry entry;
    entry.lobby.topic = topic;
    entry.lobby.at = ++at;
    entry.lobby.seats = seats;
    entry.lobby.taken = taken;
    entry.lobby.locked = locked;
    entry.lobby.info = json(std::move(info));
    list.apply(entry, 0);
    maker.note(topic, &list.find(topic)->lobby);
  }
  void unlist(const std::string& topic) {
    listing_entry entry;
    entry.lobby.topic = topic;
    entry.lobby.at = ++at;
    entry.lobby.phase = listing_phase::closed;
    list.apply(entry, 0);
    maker.note(topic, nullptr);
  }
  /// Where seekers are sent now; those who were told that there is none are
  /// counted.
  pick_list decides() {
    pick_list all;
    for (auto& one : maker.decide(list, now)) {
      CAF_REQUIRE(answered.insert(one.to.serial).second);
      if (one.pick)
        all.push_back(*one.pick);
      else
        ++without;
    }
    return all;
  }

  steady_time now{std::chrono::hours{1}};
  listing_state list;
  uint32_t names = 0;
  matchmaker maker{[this] { return "new" + std::to_string(++names); }};
  uint32_t serial = 0;
  uint64_t at = 0;
  std::size_t without = 0;
  std::set<uint32_t> answered;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(matchmaking, match_play)

CAF_TEST(a hundred are not sent to more seats than are free) {
  list_as("a.1", 1);
  list_as("a.2", 3);
  list_as("a.3", 4);
  seek(100, 10s, false);
  std::map<std::string, int> sent;
  for (const auto& pick : decides())
    ++sent[pick.topic];
  CAF_CHECK_EQUAL(sent["a.1"], 3);
  CAF_CHECK_EQUAL(sent["a.2"], 1);
  CAF_CHECK_EQUAL(sent.size(), 2u);
  CAF_CHECK(decides().empty());
  list_as("a.1", 2); // one of those who were sent
  CAF_CHECK(decides().empty());
  list_as("a.1", 4);
  list_as("a.1", 3); // somebody left
  CAF_CHECK_EQUAL(decides().size(), 1u);
}

CAF_TEST(the fullest lobby is first) {
  list_as("a.1", 1);
  list_as("a.2", 3);
  list_as("a.3", 2);
  seek(6, 1s, false);
  std::vector<std::string> order;
  for (const auto& pick : decides())
    order.push_back(pick.topic);
  CAF_CHECK_EQUAL(
      order,
      (std::vector<std::string>{"a.2", "a.3", "a.3", "a.1", "a.1", "a.1"}));
}

CAF_TEST(as many lobbies are created as are needed) {
  for (uint32_t seats = 1; seats <= 5; ++seats)
    for (uint32_t people = 1; people <= 40; people += 3) {
      match_play play;
      play.seek(people, 0s, true, seats);
      std::map<std::string, uint32_t> taken;
      std::size_t created = 0;
      for (auto picks = play.decides(); !picks.empty(); picks = play.decides())
        for (const auto& pick : picks) {
          created += pick.create ? 1 : 0;
          CAF_REQUIRE_EQUAL(pick.create, taken[pick.topic] == 0);
          play.list_as(pick.topic, ++taken[pick.topic], seats);
          CAF_REQUIRE_LESS_OR_EQUAL(taken[pick.topic], seats);
        }
      CAF_REQUIRE(play.maker.empty());
      CAF_REQUIRE_EQUAL(created, (people + seats - 1) / seats);
      CAF_REQUIRE_EQUAL(play.without, 0u);
    }
}

CAF_TEST(who waits behind a lobby that does not come creates another) {
  seek(3, 0s, true);
  CAF_CHECK_EQUAL(decides().size(), 1u);
  CAF_CHECK(decides().empty());
  now += matchmaker::patience;
  const auto picks = decides();
  CAF_REQUIRE_EQUAL(picks.size(), 1u);
  CAF_CHECK(picks.front().create);
}

CAF_TEST(a seat that was not taken in time is offered again) {
  list_as("a.1", 3);
  seek(2, 10s, false);
  CAF_CHECK_EQUAL(decides().size(), 1u);
  const auto due = maker.next_due(now);
  CAF_REQUIRE(due && *due == now + matchmaker::patience);
  now = *due;
  CAF_CHECK_EQUAL(decides().size(), 1u);
}

CAF_TEST(who does not want a new lobby is told when there was none) {
  seek(1, 500ms, false);
  CAF_CHECK(decides().empty());
  CAF_REQUIRE(maker.next_due(now) == now + 500ms);
  now += 499ms;
  CAF_CHECK(decides().empty());
  CAF_CHECK_EQUAL(without, 0u);
  now += 1ms;
  CAF_CHECK(decides().empty());
  CAF_CHECK_EQUAL(without, 1u);
  CAF_CHECK(maker.empty());
  CAF_CHECK(!maker.next_due(now));
}

CAF_TEST(who wants a new lobby waits for one of others first) {
  seek(1, 500ms, true);
  CAF_CHECK(decides().empty());
  CAF_REQUIRE(maker.next_due(now) == now + 500ms);
  list_as("a.1", 3);
  const auto picks = decides();
  CAF_REQUIRE_EQUAL(picks.size(), 1u);
  CAF_CHECK(!picks.front().create);
  seek(1, 500ms, true);
  now += 500ms;
  const auto created = decides();
  CAF_REQUIRE_EQUAL(created.size(), 1u);
  CAF_CHECK(created.front().create);
  CAF_CHECK_EQUAL(created.front().topic, "a.new1");
}

CAF_TEST(nobody waits without end) {
  seek(200, 0s, true);
  for (int i = 0; i < 10 && !maker.empty(); ++i) {
    decides(); // lobbies that are never there
    now = maker.next_due(now).value_or(now);
  }
  CAF_CHECK(maker.empty());
  CAF_CHECK_EQUAL(answered.size(), 200u);
}

CAF_TEST(a match that is cancelled is none) {
  seek(1, 1s, false);
  const auto second = seeks(seeker(1s, false));
  CAF_CHECK(maker.cancel({{}, second}));
  CAF_CHECK(!maker.cancel({{}, second}));
  CAF_CHECK(!maker.cancel({{}, 77}));
  list_as("a.1", 1);
  CAF_CHECK_EQUAL(decides().size(), 1u);
  CAF_CHECK(!answered.contains(second));
}

CAF_TEST(only what fits is chosen) {
  list_as("a.full", 4);
  list_as("a.locked", 1, 4, "{}", true);
  list_as("a.large", 1, 9, R"({"mode":"duel"})");
  list_as("a.team", 1, 2, R"({"mode":"team"})");
  list_as("b.other", 1, 2, R"({"mode":"duel"})");
  lobby_match_request request;
  request.filter.prefix = "a.";
  request.filter.seats = 2;
  request.filter.info = json(R"({"mode":"duel"})");
  request.create = false;
  seeks(seeker(request, 1s));
  CAF_CHECK(decides().empty());
  list_as("a.right", 1, 2, R"({"mode":"duel","x":1})");
  const auto picks = decides();
  CAF_REQUIRE_EQUAL(picks.size(), 1u);
  CAF_CHECK_EQUAL(picks.front().topic, "a.right");
}

CAF_TEST(a lobby of others does not keep a promise) {
  seek(1, 0s, true);
  lobby_match_request other;
  other.filter.prefix = "a.";
  other.filter.info = json(R"({"mode":"duel"})");
  other.setup.seats = 4;
  seeks(seeker(other, 0s));
  CAF_CHECK_EQUAL(decides().size(), 2u);
}

CAF_TEST(there are so many seekers and no more) {
  for (std::size_t i = 0; i < matchmaker::seekers_max; ++i)
    CAF_REQUIRE(maker.add(seeker(1s, false)));
  CAF_CHECK(!maker.add(seeker(1s, false)));
}

// Lobbies are listed late, seekers come and go, others take seats.
CAF_TEST(never are more sent to a lobby than have a seat there) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    match_play play;
    std::mt19937 random{seed};
    std::map<std::string, uint32_t> taken, listed;
    for (int i = 0; i < 60; ++i) {
      if (random() % 2 == 0)
        play.seek(1 + random() % 5, 0s, random() % 2 == 0, 3);
      for (const auto& pick : play.decides()) {
        CAF_REQUIRE_EQUAL(pick.create, !taken.contains(pick.topic));
        CAF_REQUIRE_LESS(taken[pick.topic], 3u);
        ++taken[pick.topic];
      }
      for (auto& [topic, there] : taken) // some are told to the list
        if (random() % 2 == 0 && listed[topic] < there)
          play.list_as(topic, ++listed[topic], 3);
      for (auto& [topic, there] : taken) // and somebody leaves
        if (random() % 16 == 0 && there > 1 && listed[topic] == there)
          play.list_as(topic, listed[topic] = --there, 3);
    }
  }
}

CAF_TEST(a lobby that is gone is forgotten) {
  list_as("a.1", 1);
  seek(1, 10s, false);
  CAF_CHECK_EQUAL(decides().size(), 1u);
  unlist("a.1");
  seek(1, 10s, false);
  CAF_CHECK(decides().empty());
  list_as("a.1", 3);
  CAF_CHECK_EQUAL(decides().size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

#define CAF_SUITE listing_state

#include "actors/lobby/listing_state.hpp"

#include <caf/test/dsl.hpp>

#include <algorithm>
#include <random>

using namespace rookery;

namespace {

using phase = listing_phase;

listed_lobby lobby(std::string topic, uint64_t at, uint32_t taken = 1) {
  listed_lobby one;
  one.topic = std::move(topic);
  one.epoch = "e";
  one.at = at;
  one.life = 1;
  one.seats = 4;
  one.taken = taken;
  return one;
}
listed_lobby in_phase(listed_lobby one, phase now) {
  one.phase = now;
  return one;
}
payload json(std::string text) {
  return {encoding::json, std::move(text)};
}

/// A listing with its log.
struct list_log {
  /// Whether it changed anything.
  bool say(const listed_lobby& one) {
    listing_entry entry;
    entry.lobby = one;
    if (!list.judge(entry))
      return false;
    told = list.apply(entry, now);
    return true;
  }
  bool has(const std::string& topic) const { return list.find(topic); }

  listing_state list;
  int64_t now = 0;
  bool told = false;
};

std::vector<std::string> names(const listing_view& view) {
  std::vector<std::string> all;
  for (const auto& one : view.lobbies)
    all.push_back(one.topic);
  return all;
}
using list_of = std::vector<std::string>;

lobby_query query(lobby_filter filter) {
  return lobby_query{filter};
}
lobby_query all_in(std::string prefix) {
  lobby_filter filter;
  filter.prefix = std::move(prefix);
  return query(filter);
}

std::string rows_of(const listing_state& list) {
  auto image = list.image();
  image.closed.clear();
  std::string bytes;
  encode(image, bytes);
  return bytes;
}
std::string bytes_of(const listing_state& list) {
  std::string bytes;
  encode(list.image(), bytes);
  return bytes;
}

} // namespace

CAF_TEST(the highest offset of a lobby counts) {
  list_log log;
  CAF_CHECK(log.say(lobby("a.x", 5, 2)));
  CAF_CHECK(!log.say(lobby("a.x", 4, 1)));
  CAF_CHECK(!log.say(lobby("a.x", 5, 2)));
  CAF_CHECK_EQUAL(log.list.find("a.x")->lobby.taken, 2u);
  CAF_CHECK(log.say(lobby("a.x", 6, 3)));
  CAF_CHECK_EQUAL(log.list.find("a.x")->lobby.taken, 3u);
  CAF_CHECK_EQUAL(log.list.listed(), 1u);
}

CAF_TEST(another node may say the same and has it then) {
  list_log log;
  log.say(lobby("a.x", 5));
  auto same = lobby("a.x", 5);
  same.life = 2;
  CAF_CHECK(log.say(same));
  CAF_CHECK_EQUAL(log.list.find("a.x")->lobby.life, 2u);
}

CAF_TEST(a lobby whose log was made anew is that of the new log) {
  list_log log;
  log.say(lobby("a.x", 500));
  auto fresh = lobby("a.x", 2, 3);
  fresh.epoch = "f";
  CAF_CHECK(log.say(fresh));
  CAF_CHECK_EQUAL(log.list.find("a.x")->lobby.taken, 3u);
}

CAF_TEST(what was closed is not opened by what is late) {
  list_log log;
  log.say(lobby("a.x", 5));
  CAF_CHECK(log.say(in_phase(lobby("a.x", 9), phase::closed)));
  CAF_CHECK(log.told);
  CAF_CHECK(!log.has("a.x"));
  CAF_CHECK(!log.say(lobby("a.x", 7)));
  CAF_CHECK(!log.say(in_phase(lobby("a.x", 9), phase::closed)));
  CAF_CHECK(log.say(lobby("a.x", 10))); // another of its name
  CAF_CHECK(!log.say(in_phase(lobby("a.x", 9), phase::closed)));
  CAF_CHECK(log.has("a.x"));
}

CAF_TEST(what was closed is known for some time only) {
  list_log log;
  log.say(in_phase(lobby("a.x", 9), phase::closed));
  log.now = listing_state::closed_age_max + 1;
  log.say(lobby("a.y", 1));
  CAF_CHECK(log.list.image().closed.empty());
  for (std::size_t i = 0; i < listing_state::closed_max + 5; ++i)
    log.say(in_phase(lobby("b." + std::to_string(i), 1), phase::closed));
  CAF_CHECK_EQUAL(log.list.image().closed.size(), listing_state::closed_max);
  CAF_CHECK(log.say(lobby("b.0", 1)));
  CAF_CHECK(!log.say(lobby("b.99", 1)));
}

CAF_TEST(a name that was closed twice is known by the last) {
  list_log log;
  log.say(in_phase(lobby("a.x", 3), phase::closed));
  log.now = listing_state::closed_age_max;
  log.say(lobby("a.x", 5));
  log.say(in_phase(lobby("a.x", 9), phase::closed));
  ++log.now;
  log.say(lobby("a.y", 1)); // the first is forgotten
  CAF_CHECK(!log.say(lobby("a.x", 7)));
}

CAF_TEST(a lobby that is being created is known and not listed) {
  list_log log;
  auto coming = in_phase(lobby("a.x", 0), phase::opening);
  coming.epoch.clear();
  CAF_CHECK(log.say(coming));
  CAF_CHECK(!log.told);
  CAF_CHECK(log.has("a.x"));
  CAF_CHECK_EQUAL(log.list.listed(), 0u);
  CAF_CHECK(log.list.page(all_in("a."), "", 10, 10).lobbies.empty());
  CAF_CHECK(log.say(lobby("a.x", 1)));
  CAF_CHECK(log.told);
  CAF_CHECK(!log.say(coming)); // it is there
}

CAF_TEST(who looks is told of what is listed or was) {
  list_log log;
  log.say(in_phase(lobby("a.x", 1), phase::hidden));
  CAF_CHECK(!log.told);
  log.say(lobby("a.x", 2));
  CAF_CHECK(log.told);
  log.say(in_phase(lobby("a.x", 3), phase::hidden));
  CAF_CHECK(log.told);
  CAF_CHECK_EQUAL(log.list.listed(), 0u);
  log.say(in_phase(lobby("a.x", 4), phase::closed));
  CAF_CHECK(!log.told);
}

// -- pages --------------------------------------------------------------------

CAF_TEST(pages follow one another by name) {
  list_log log;
  for (const auto* name : {"a.5", "a.1", "a.3", "b.1", "a.2", "a.4"})
    log.say(lobby(name, 1));
  const auto first = log.list.page(all_in("a."), "", 2, 100);
  CAF_CHECK_EQUAL(names(first), (list_of{"a.1", "a.2"}));
  CAF_CHECK_EQUAL(first.next, "a.2");
  CAF_CHECK_EQUAL(first.count, 6u);
  const auto second = log.list.page(all_in("a."), first.next, 2, 100);
  CAF_CHECK_EQUAL(names(second), (list_of{"a.3", "a.4"}));
  const auto last = log.list.page(all_in("a."), second.next, 2, 100);
  CAF_CHECK_EQUAL(names(last), (list_of{"a.5"}));
  CAF_CHECK_EQUAL(last.next, "");
  CAF_CHECK(log.list.page(all_in("c."), "", 2, 100).lobbies.empty());
  CAF_CHECK(log.list.page(all_in("a."), "b", 2, 100).lobbies.empty());
}

CAF_TEST(a page looks at so many lobbies and goes on behind them) {
  list_log log;
  for (int i = 10; i < 60; ++i)
    log.say(lobby("a." + std::to_string(i), 1, i == 42 ? 1 : 4));
  lobby_filter filter;
  filter.prefix = "a.";
  filter.free_min = 1;
  list_of found;
  std::string after;
  std::size_t pages = 0;
  do {
    const auto page = log.list.page(query(filter), after, 5, 7);
    for (const auto& name : names(page))
      found.push_back(name);
    after = page.next;
  } while (!after.empty() && ++pages < 100);
  CAF_CHECK_EQUAL(found, list_of{"a.42"});
  CAF_CHECK_EQUAL(pages, 50u / 7);
}

CAF_TEST(filters are for seats and values of info) {
  list_log log;
  auto duel = lobby("a.duel", 1, 3);
  duel.info = json(R"({"mode":"duel","map":{"x":1},"n":2})");
  log.say(duel);
  auto large = lobby("a.large", 1, 1);
  large.seats = 8;
  large.info = payload{encoding::msgpack, "\x81\xa4mode\xa4team"};
  log.say(large);
  log.say(lobby("a.plain", 1, 4));
  const auto found = [&](lobby_filter filter) {
    filter.prefix = "a.";
    return names(log.list.page(query(filter), "", 9, 9));
  };
  const auto with = [](const char* info) {
    lobby_filter filter;
    filter.info = json(info);
    return filter;
  };
  CAF_CHECK_EQUAL(found({}).size(), 3u);
  CAF_CHECK_EQUAL(found(with("{}")).size(), 3u);
  CAF_CHECK_EQUAL(found(with(R"({"mode":"duel"})")), list_of{"a.duel"});
  CAF_CHECK_EQUAL(found(with(R"({"n":2,"map":{"x":1}})")), list_of{"a.duel"});
  CAF_CHECK_EQUAL(found(with(R"({"mode":"team"})")), list_of{"a.large"});
  CAF_CHECK(found(with(R"({"mode":"duel","n":3})")).empty());
  lobby_filter free;
  free.free_min = 2;
  CAF_CHECK_EQUAL(found(free), list_of{"a.large"});
  lobby_filter seats;
  seats.seats = 4;
  CAF_CHECK_EQUAL(found(seats), (list_of{"a.duel", "a.plain"}));
}

// -- any order ----------------------------------------------------------------

namespace {

/// What the log of lobby `topic` says at `at`: always the same.
listed_lobby truth(const std::string& topic, uint64_t at) {
  auto one = lobby(topic, at, static_cast<uint32_t>(at % 5));
  const auto kind = (at * 7 + topic.back()) % 8;
  one.phase = kind == 0   ? phase::closed
              : kind == 1 ? phase::hidden
                          : phase::open;
  one.life = at % 3 + 1;
  return one;
}

} // namespace

CAF_TEST(late doubled and reordered claims come to the same) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    std::mt19937 random{seed};
    std::vector<listed_lobby> claims;
    std::map<std::string, uint64_t> highest;
    for (int i = 0; i < 60; ++i) {
      const auto topic =
          std::string{"a."} + static_cast<char>('a' + random() % 6);
      const auto at = 1 + random() % 40;
      claims.push_back(truth(topic, at));
      highest[topic] = std::max<uint64_t>(highest[topic], at);
    }
    list_log expected;
    for (const auto& [topic, at] : highest)
      expected.say(truth(topic, at));
    const auto once = claims;
    claims.insert(claims.end(), once.begin(), once.end());
    std::shuffle(claims.begin(), claims.end(), random);
    list_log log;
    for (const auto& one : claims) {
      log.say(one);
      if (random() % 10 > 0)
        continue;
      listing_state other;
      other.restore(*decode_listing_image(bytes_of(log.list)));
      CAF_REQUIRE_EQUAL(bytes_of(other), bytes_of(log.list));
      CAF_REQUIRE_EQUAL(other.listed(), log.list.listed());
      log.list = other;
    }
    CAF_REQUIRE_EQUAL(rows_of(log.list), rows_of(expected.list));
    CAF_REQUIRE_EQUAL(log.list.listed(), expected.list.listed());
  }
}

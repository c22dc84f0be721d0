#define CAF_SUITE registry

#include "actors/registry/registry.hpp"
#include "tests/unit/actors/node_fixture.hpp"

#include <algorithm>
#include <random>
#include <set>

using namespace rookery;
using namespace rookery::testing;

namespace {

connection_entry
entry(connection_id id, std::string user, bool anonymous = false) {
  identity who;
  who.user = std::move(user);
  who.anonymous = anonymous;
  auto record = std::make_shared<connection_record>();
  record->id = id;
  record->user = std::make_shared<const identity>(std::move(who));
  return {std::move(record), {}};
}

closed_connection ending(connection_id id) {
  auto record = std::make_shared<connection_record>();
  record->id = id;
  closed_connection ended;
  ended.record = std::move(record);
  return ended;
}

/// All ids of a user, by pages of `most`; `between` runs after each page.
template <class Between>
std::vector<connection_id> walk(
    registry_state& state, const std::string& user, uint32_t most,
    Between between) {
  std::vector<connection_id> seen;
  find_order order{user, {}, most};
  for (;;) {
    const auto page = state.find(order);
    CAF_CHECK(page.ids.size() <= most);
    seen.insert(seen.end(), page.ids.begin(), page.ids.end());
    if (!page.next)
      return seen;
    order.from = page.next;
    between();
  }
}

} // namespace

CAF_TEST(a user has the connections that entered and did not leave) {
  registry_state state;
  std::map<connection_id, std::string> expected;
  std::mt19937 random{7};
  for (int step = 0; step < 5000; ++step) {
    const connection_id id = random() % 300;
    if (random() % 3 == 0) {
      state.leave(id);
      expected.erase(id);
    } else {
      const auto user = "user-" + std::to_string(random() % 5);
      CAF_REQUIRE(state.enter(entry(id, user), 0));
      expected[id] = user;
    }
  }
  CAF_CHECK_EQUAL(state.by_id.size(), expected.size());
  std::size_t listed = 0;
  for (const auto& [user, ids] : state.by_user) {
    CAF_CHECK(!ids.empty());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      CAF_CHECK_EQUAL(expected[ids[i]], user);
      CAF_CHECK_EQUAL(state.by_id.at(ids[i]).index, i);
    }
    listed += ids.size();
  }
  CAF_CHECK_EQUAL(listed, expected.size());
}

CAF_TEST(a user with very many connections costs no more than others) {
  // A search in the list would be 10^10 steps.
  registry_state state;
  constexpr connection_id many = 100'000;
  for (connection_id id = 1; id <= many; ++id)
    CAF_REQUIRE(state.enter(entry(id, "ann"), 0));
  for (connection_id id = 1; id <= many; ++id)
    state.leave(id);
  CAF_CHECK(state.by_id.empty() && state.by_user.empty());
}

CAF_TEST(a user over the limit is not entered and room comes back) {
  registry_state state;
  CAF_CHECK(state.enter(entry(1, "ann"), 2));
  CAF_CHECK(state.enter(entry(2, "ann"), 2));
  CAF_CHECK(!state.enter(entry(3, "ann"), 2));
  CAF_CHECK(state.enter(entry(4, "bob"), 2));
  state.leave(1);
  CAF_CHECK(state.enter(entry(5, "ann"), 2));
  CAF_CHECK_EQUAL(state.of("ann")->size(), 2u);
}

CAF_TEST(a connection that becomes a user over the limit is nobody any more) {
  registry_state state;
  CAF_CHECK(state.enter(entry(1, "ann"), 1));
  CAF_CHECK(state.enter(entry(2, "anon-1", true), 1));
  CAF_CHECK_EQUAL(state.counts().anonymous, 1u);
  CAF_CHECK(!state.enter(entry(2, "ann"), 1));
  CAF_CHECK_EQUAL(state.counts().anonymous, 0u);
  CAF_CHECK_EQUAL(state.counts().connections, 1u);
  CAF_CHECK(!state.of("anon-1"));
}

CAF_TEST(pages of a user hold each connection once while nothing changes) {
  registry_state state;
  for (connection_id id = 1; id <= 25; ++id)
    CAF_REQUIRE(state.enter(entry(id, "ann"), 0));
  auto seen = walk(state, "ann", 10, [] {});
  std::sort(seen.begin(), seen.end());
  CAF_CHECK_EQUAL(seen.size(), 25u);
  CAF_CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
  CAF_CHECK(walk(state, "nobody", 10, [] {}).empty());
}

CAF_TEST(pages of a user miss nobody while others come and go) {
  registry_state state;
  std::mt19937 random{11};
  connection_id last = 1000;
  std::set<connection_id> stays;
  for (connection_id id = 1; id <= last; ++id) {
    CAF_REQUIRE(state.enter(entry(id, "ann"), 0));
    if (id % 4 == 0)
      stays.insert(id);
  }
  const auto seen = walk(state, "ann", 7, [&] {
    for (int i = 0; i < 20; ++i) {
      const connection_id id = 1 + random() % last;
      if (!stays.contains(id))
        state.leave(id);
    }
    CAF_REQUIRE(state.enter(entry(++last, "ann"), 0));
  });
  for (const auto id : seen)
    stays.erase(id);
  CAF_CHECK(stays.empty());
}

CAF_TEST(the ring keeps the newest endings in their order) {
  closed_ring ring{3};
  CAF_CHECK(ring.newest(5).all.empty());
  for (connection_id id = 1; id <= 7; ++id) {
    ring.push(ending(id));
    const auto found = ring.newest(2).all;
    const std::size_t expected = id == 1 ? 1 : 2;
    CAF_REQUIRE_EQUAL(found.size(), expected);
    CAF_CHECK_EQUAL(found.front().record->id, id);
    const connection_id before = id == 1 ? 1 : id - 1;
    CAF_CHECK_EQUAL(found.back().record->id, before);
  }
  CAF_CHECK_EQUAL(ring.newest(100).all.size(), 3u);
}

CAF_TEST_FIXTURE_SCOPE(registry_tests, node_fixture)

CAF_TEST(the connection over the limit of its user is closed) {
  context.settings.limits.connections_per_user = 2;
  auto first = connect("ann", 0);
  auto second = connect("ann", 1);
  auto third = connect("ann", 0);
  CAF_CHECK(third.link().closed_with == close_code::connection_limit);
  CAF_CHECK(second.link().state() == link_state::open);
  vanish(first);
  auto fourth = connect("ann", 0);
  CAF_CHECK(fourth.link().state() == link_state::open);
  CAF_CHECK_EQUAL(context.users.load(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

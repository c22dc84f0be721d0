#define CAF_SUITE peer_api

#include "tests/unit/actors/peer_fixture.hpp"

#include <set>

using namespace rookery;
using namespace rookery::testing;

namespace {

struct peer_api_fixture : peer_fixture {
  static std::string id_of(test_client& client) {
    return to_text(client.speaker().id());
  }
  /// "n1 c-0-1" of all connections of a list, page by page.
  std::multiset<std::string>
  all_pages(std::size_t node, const std::string& query) {
    std::multiset<std::string> all;
    std::string after;
    for (int pages = 0; pages < 50; ++pages) {
      const auto body = get(node, "/connections?" + query + after);
      const auto ids = all_texts(body, "connection");
      const auto names = all_texts(body, "node");
      CAF_REQUIRE_EQUAL(ids.size(), names.size());
      for (std::size_t i = 0; i < ids.size(); ++i)
        all.insert(names[i] + " " + ids[i]);
      const auto next = all_texts(body, "next");
      if (next.empty())
        return all;
      after = "&after=" + next.front();
    }
    CAF_FAIL("the list has no end");
    return all;
  }
  /// Two connections of ann and one of another user on each node.
  std::multiset<std::string> fill(bool only_ann = false) {
    std::multiset<std::string> expected;
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (const auto* user : {"ann", "ann", "bob"}) {
        auto one = connect(i, user);
        if (!only_ann || user[0] == 'a')
          expected.insert(name_of(i) + " " + id_of(one));
      }
    return expected;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(peer_api_tests, peer_api_fixture)

CAF_TEST(a list without a user goes through all nodes) {
  const auto expected = fill();
  for (std::size_t node : {0, 1, 2})
    for (const auto* limit : {"limit=1", "limit=2", "limit=3", "limit=1000"})
      CAF_CHECK(all_pages(node, limit) == expected);
}

CAF_TEST(a list of a user has those of all nodes on one page) {
  const auto expected = fill(true);
  const auto body = get(1, "/connections?user=ann");
  CAF_CHECK_EQUAL(all_texts(body, "connection").size(), expected.size());
  CAF_CHECK(all_texts(body, "next").empty());
  for (const auto* limit : {"limit=1", "limit=2", "limit=3", "limit=5"})
    CAF_CHECK(all_pages(2, std::string{"user=ann&"} + limit) == expected);
  const auto short_page = get(0, "/connections?user=ann&limit=3");
  CAF_CHECK(all_texts(short_page, "connection").size() <= 3);
}

CAF_TEST(a list of one node is of that node) {
  fill();
  for (const auto* node : {"n1", "n2", "n3"}) {
    const auto found = all_pages(0, std::string{"limit=2&node="} + node);
    CAF_CHECK_EQUAL(found.size(), 3u);
    for (const auto& one : found)
      CAF_CHECK(one.starts_with(node));
  }
  const auto none = ask(0, {"GET", "/connections?node=n9"});
  CAF_CHECK_EQUAL(none.status, 404u);
  CAF_CHECK(contains(none.body, R"("field":"node")"));
}

CAF_TEST(a user is disconnected on all nodes) {
  std::vector<test_client> hers;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    hers.push_back(connect(i, "ann"));
  auto bob = connect(1, "bob");
  const auto body = ask(2, {"POST", "/disconnect", R"({"user":"ann"})"}).body;
  CAF_CHECK_EQUAL(body, R"({"disconnected":3})");
  for (auto& one : hers)
    CAF_CHECK(one.link().closed_with == close_code::disconnected_by_api);
  CAF_CHECK(bob.link().state() == link_state::open);
}

CAF_TEST(one node is meant where it is named) {
  auto there = connect(1, "ann");
  auto here = connect(0, "ann");
  CAF_CHECK_EQUAL(id_of(there), id_of(here)); // ids are a node's own
  const auto id = id_of(there);
  CAF_CHECK(
      contains(get(0, "/connections/" + id + "?node=n2"), R"("node":"n2")"));
  CAF_CHECK(contains(get(0, "/connections/" + id), R"("node":"n1")"));
  CAF_CHECK_EQUAL(ask(0, {"GET", "/connections/c-1-77?node=n2"}).status, 404u);
  CAF_CHECK(contains(get(2, "/connections/counts?node=n2"), R"("total":1)"));
  CAF_CHECK(contains(get(2, "/connections/counts"), R"("total":0)"));
  CAF_CHECK_EQUAL(get(2, "/slowest?node=n2"), R"({"connections":[]})");
  CAF_CHECK_EQUAL(get(2, "/busiest?node=n2"), R"({"topics":[]})");
  const said_request request{
      "POST", "/disconnect",
      R"({"connection":")" + id + R"(","node":"n2","code":4321})"};
  CAF_CHECK_EQUAL(ask(0, request).body, R"({"disconnected":1})");
  CAF_CHECK(there.link().closed_with == static_cast<close_code>(4321));
  CAF_CHECK(here.link().state() == link_state::open);
  CAF_CHECK(contains(get(0, "/connections/closed?node=n2"), R"("code":4321)"));
  CAF_CHECK_EQUAL(get(0, "/connections/closed"), R"({"closed":[]})");
}

CAF_TEST(who does not answer is named) {
  const auto expected = fill();
  cut(1);
  const auto user = get(0, "/connections?user=ann");
  CAF_CHECK_EQUAL(all_texts(user, "connection").size(), 4u);
  CAF_CHECK(contains(user, R"("unreachable":["n2"])"));
  // The list of all goes on behind it.
  CAF_CHECK_EQUAL(all_pages(0, "limit=100").size(), 6u);
  const auto closed = ask(0, {"POST", "/disconnect", R"({"user":"ann"})"});
  CAF_CHECK_EQUAL(closed.status, 200u);
  CAF_CHECK_EQUAL(closed.body, R"({"disconnected":4,"unreachable":["n2"]})");
  const auto one = ask(0, {"GET", "/connections/counts?node=n2"});
  CAF_CHECK_EQUAL(one.status, 504u);
  CAF_CHECK(contains(one.body, R"("unreachable":["n2"])"));
}

CAF_TEST(a node that stops is named like one that does not answer) {
  fill();
  nodes[1]->context.api_calls.close();
  CAF_CHECK(
      contains(get(0, "/connections?user=ann"), R"("unreachable":["n2"])"));
  CAF_CHECK_EQUAL(ask(0, {"GET", "/connections/counts?node=n2"}).status, 503u);
}

CAF_TEST(what was passed on is not passed on again) {
  connect(1, "ann");
  const auto status = [&](const std::string& target) {
    uint32_t got = 0;
    parts[0]->peers.call(
        2, peer_kind::api,
        encode(api_question{"GET", target, "", std::chrono::seconds{1}}),
        std::chrono::seconds{1}, [&](const result<std::string>& said) {
          got = decode_api_said(said.value()).value().status;
        });
    run();
    return got;
  };
  CAF_CHECK_EQUAL(status("/connections?node=n2"), 200u);
  CAF_CHECK_EQUAL(status("/connections?node=n3"), 400u);
  CAF_CHECK_EQUAL(status("/metrics"), 404u);
}

CAF_TEST(the nodes of the cluster are told by each) {
  connect(1, "ann");
  for (std::size_t node : {0, 1, 2}) {
    const auto body = get(node, "/nodes");
    CAF_CHECK(body.starts_with(
        R"({"cluster":"test","node":")" + name_of(node) + R"(","nodes":[{)"));
    CAF_CHECK(
        (all_texts(body, "life") == std::vector<std::string>{"1", "2", "3"}));
  }
  CAF_CHECK(contains(get(1, "/nodes"), R"("users":1)"));
}

CAF_TEST(any node answers for a room and all stand at the same place) {
  auto ann = connect(0, "ann");
  auto bob = connect(1, "bob");
  for (auto* one : {&ann, &bob})
    say(*one, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  say(ann, R"({"event":"publish","topic":"chat.a","data":"hello"})");
  settle();
  const auto there = get(2, "/presence?topic=chat.a");
  CAF_CHECK_EQUAL(number(there, "count"), 2u);
  CAF_CHECK(contains(there, R"("user":"ann","connections":1)"));
  CAF_CHECK(contains(get(2, "/history?topic=chat.a"), R"("data":"hello")"));
  const auto state = get(0, "/rooms/state?topic=chat.a");
  CAF_CHECK_EQUAL(number(state, "members"), 2u);
  CAF_CHECK_EQUAL(number(state, "entries"), 3u);
  for (const auto* node : {"n1", "n2", "n3"})
    CAF_CHECK_EQUAL(
        get(1, std::string{"/rooms/state?topic=chat.a&node="} + node), state);
}

CAF_TEST(metrics of a node tell of its cluster) {
  std::string body;
  carry_out_here(
      sys, nodes[0]->context, metrics_call{},
      [&](http_response got) { body = got.body; }, std::chrono::seconds{5});
  run();
  CAF_CHECK(contains(body, "\nrookery_cluster_nodes 3\n"));
  CAF_CHECK(contains(body, "\nrookery_bus_connected 1\n"));
  CAF_CHECK(
      contains(body, "rookery_remote_messages_lost_total{reason=\"bus\"} 0"));
}

CAF_TEST_FIXTURE_SCOPE_END()

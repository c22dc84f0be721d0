#define CAF_SUITE api_call

#include "tests/unit/actors/node_fixture.hpp"
#include "tests/unit/actors/said_request.hpp"

using namespace rookery;
using namespace rookery::testing;

namespace {

struct one_node {
  one_node() {
    node.node_id = "n-1";
    topic_class chat;
    chat.match = "chat.*";
    chat.kind = topic_kind::room;
    topic_class news;
    news.match = "news.*";
    node.settings.topics = {chat, news};
    node.fanouts.resize(2);
  }
  std::variant<api_call, http_response> read(said_request request) {
    return read_call(request, node);
  }
  template <class Call>
  Call call(said_request request) {
    auto read_it = read(std::move(request));
    if (auto* refused = std::get_if<http_response>(&read_it))
      CAF_FAIL("refused: " << refused->body);
    return std::get<Call>(std::get<api_call>(read_it));
  }
  http_response refusal(said_request request) {
    auto read_it = read(std::move(request));
    if (auto* refused = std::get_if<http_response>(&read_it))
      return *refused;
    return {};
  }

  node_context node;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(api_call_tests, one_node)

CAF_TEST(a list is of all connections and a hundred of them) {
  const auto list = call<list_call>({"GET", "/connections"});
  CAF_CHECK(list.user.empty() && list.wanted.topic.empty());
  CAF_CHECK(!list.wanted.slow);
  CAF_CHECK_EQUAL(list.limit, 100u);
  CAF_CHECK(list.from == scan_cursor{});
}

CAF_TEST(a list takes its filters from the query) {
  const auto list = call<list_call>(
      {"GET",
       "/connections?user=a%20b&topic=chat.a&slow=1&limit=1000&after=1-2a"
       "&node=n-1"});
  CAF_CHECK_EQUAL(list.user, "a b");
  CAF_CHECK_EQUAL(list.wanted.topic, "chat.a");
  CAF_CHECK(list.wanted.slow);
  CAF_CHECK_EQUAL(list.limit, 1000u);
  CAF_CHECK((list.from == scan_cursor{1, 0x2a}));
}

CAF_TEST(each field that is wrong is named) {
  for (const auto* query :
       {"limit=0", "limit=1001", "limit=", "limit=-1", "limit=1x", "slow=yes",
        "slow=1&slow=1", "node=n-2", "after=x", "after=2", "after=1-", "user=",
        "after=1-2-3", "after=10000000000000000", "topic=", "colour=red"}) {
    const auto refused = refusal({"GET", std::string{"/connections?"} + query});
    const std::string field{query, std::string_view{query}.find('=')};
    CAF_MESSAGE(query);
    CAF_CHECK_EQUAL(refused.status, 400u);
    CAF_CHECK(contains(refused.body, R"("field":")" + field + "\""));
  }
  CAF_CHECK_EQUAL(refusal({"GET", "/connections?user=%zz"}).status, 400u);
  CAF_CHECK_EQUAL(refusal({"GET", "/connections/counts?a=1"}).status, 400u);
  CAF_CHECK_EQUAL(refusal({"GET", "/connections/c-0-1?a=1"}).status, 400u);
}

CAF_TEST(a connection is named as clients and logs see it) {
  const auto id = connection_id{1} << 48 | 0x2a;
  CAF_CHECK_EQUAL(
      call<show_call>({"GET", "/connections/" + to_text(id)}).id, id);
  for (const auto* other :
       {"/", "/c", "/c-", "/c-1", "/c-1-", "/c--1", "/c-1-x", "/c-10000-1",
        "/c-0-1000000000000", "/closed/", "/counts/x", "/c-1-2/x"})
    CAF_CHECK_EQUAL(
        refusal({"GET", std::string{"/connections"} + other}).status, 404u);
}

CAF_TEST(a cursor reads as it was written) {
  for (const auto& cursor :
       {scan_cursor{0, {}}, scan_cursor{1, 0}, scan_cursor{0xffff, ~0ull}})
    CAF_CHECK(cursor_of(to_text(cursor)) == cursor);
}

CAF_TEST(in a cluster a cursor begins with the life of its node) {
  node.joined = true;
  node.life = 0x2f;
  const auto at = [&](const std::string& after) {
    return call<list_call>({"GET", "/connections?after=" + after});
  };
  CAF_CHECK_EQUAL(at("2f.1-2a").life, 0x2fu);
  CAF_CHECK((at("2f.1-2a").from == scan_cursor{1, 0x2a}));
  CAF_CHECK((at("2f.").from == scan_cursor{}));
  // Of another node: it knows how many threads it has.
  CAF_CHECK_EQUAL(at("30.7-2a").life, 0x30u);
  CAF_CHECK((at("30.7-2a").from == scan_cursor{}));
  for (const auto* after : {"1-2a", ".1", "2f.x", "2f.7", "2f.1-", "x.1", "2f"})
    CAF_CHECK_EQUAL(
        refusal({"GET", std::string{"/connections?after="} + after}).status,
        400u);
  CAF_CHECK_EQUAL(cursor_text(0x2f, scan_cursor{1, 0x2a}), "2f.1-2a");
  CAF_CHECK_EQUAL(cursor_text(0x2f, {}), "2f.");
}

CAF_TEST(a call may name the node that is meant) {
  for (const auto* target :
       {"/connections?node=n-1", "/connections/counts?node=n-1",
        "/connections/closed?limit=5&node=n-1", "/connections/c-0-1?node=n-1",
        "/slowest?node=n-1", "/busiest?node=n-1",
        "/rooms/state?topic=chat.a&node=n-1"}) {
    const auto read_it = read({"GET", target});
    CAF_REQUIRE(std::holds_alternative<api_call>(read_it));
    CAF_CHECK_EQUAL(std::string{node_of(std::get<api_call>(read_it))}, "n-1");
  }
  const auto one = call<disconnect_call>(
      {"POST", "/disconnect", R"({"connection":"c-0-1","node":"n-1"})"});
  CAF_CHECK_EQUAL(one.node, "n-1");
  for (const auto* other :
       {R"({"user":"a","node":"n-2"})", R"({"user":"a","node":7})",
        R"({"user":"a","node":""})"})
    CAF_CHECK_EQUAL(refusal({"POST", "/disconnect", other}).status, 400u);
  node.joined = true; // who is there is known elsewhere
  CAF_CHECK_EQUAL(call<slowest_call>({"GET", "/slowest?node=n-2"}).node, "n-2");
}

CAF_TEST(a room is asked for by its topic) {
  const auto there =
      call<presence_call>({"GET", "/presence?topic=chat.a&limit=7&after=bob"});
  CAF_CHECK_EQUAL(there.request.topic, "chat.a");
  CAF_CHECK_EQUAL(there.request.limit, 7u);
  CAF_CHECK_EQUAL(there.request.after, "bob");
  const auto said = call<history_call>(
      {"GET", "/history?topic=chat.a&since_offset=9&since_epoch=e&reverse=1"});
  CAF_CHECK((said.request.since == position{"e", 9}));
  CAF_CHECK(said.request.reverse);
  CAF_CHECK_EQUAL(said.request.limit, 100u);
  CAF_CHECK(
      !call<history_call>({"GET", "/history?topic=chat.a"}).request.since);
  CAF_CHECK_EQUAL(
      call<room_state_call>({"GET", "/rooms/state?topic=chat.a"}).topic,
      "chat.a");
}

CAF_TEST(what is asked of no room is refused) {
  for (const auto* path : {"/presence", "/history", "/rooms/state"}) {
    const auto status = [&](const std::string& query) {
      return refusal({"GET", path + query}).status;
    };
    CAF_CHECK_EQUAL(status("?topic=news.a"), 400u);
    CAF_CHECK_EQUAL(status("?topic=other.a"), 404u);
    CAF_CHECK_EQUAL(status("?topic=$sys.alerts"), 400u);
    CAF_CHECK_EQUAL(status("?topic=a..b"), 400u);
    CAF_CHECK_EQUAL(status("?topic=%22"), 400u);
    CAF_CHECK_EQUAL(status(""), 400u);
    CAF_CHECK_EQUAL(status("?topic=chat.a&colour=red"), 400u);
  }
  for (const auto* query :
       {"since_epoch=e", "since_offset=1", "since_epoch=e&since_offset=x",
        "limit=0", "reverse=yes"})
    CAF_CHECK_EQUAL(
        refusal({"GET", std::string{"/history?topic=chat.a&"} + query}).status,
        400u);
  CAF_CHECK_EQUAL(refusal({"GET", "/nodes?a=1"}).status, 400u);
  CAF_CHECK_EQUAL(refusal({"POST", "/nodes"}).status, 405u);
}

CAF_TEST(a disconnect names a user or a connection and a code) {
  const auto user =
      call<disconnect_call>({"POST", "/disconnect", R"({"user":"ann"})"});
  CAF_CHECK_EQUAL(std::get<std::string>(user.whom), "ann");
  CAF_CHECK(user.code == close_code::disconnected_by_api);
  const auto one = call<disconnect_call>(
      {"POST", "/disconnect", R"({"connection":"c-0-1","code":4000})"});
  CAF_CHECK_EQUAL(std::get<connection_id>(one.whom), 1u);
  CAF_CHECK(one.code == close_code::drain);
}

CAF_TEST(a disconnect that is not understood is refused) {
  for (const auto& [body, field] :
       std::vector<std::pair<std::string, std::string>>{
           {R"({})", "user"},
           {R"({"user":"a","connection":"c-0-1"})", "user"},
           {R"({"user":1})", "user"},
           {R"({"user":""})", "user"},
           {R"({"user":null})", "user"},
           {R"({"connection":"x"})", "connection"},
           {R"({"connection":7})", "connection"},
           {R"({"user":"a","code":3999})", "code"},
           {R"({"user":"a","code":5000})", "code"},
           {R"({"user":"a","code":"4505"})", "code"},
           {R"({"user":"a","code":4505.0})", "code"},
           {R"({"user":"a","why":"so"})", "why"}}) {
    const auto refused = refusal({"POST", "/disconnect", body});
    CAF_MESSAGE(body);
    CAF_CHECK_EQUAL(refused.status, 400u);
    CAF_CHECK(contains(refused.body, R"("field":")" + field + "\""));
  }
  for (const auto* body : {"", "[]", "{", "null", "{\"user\":\"\xff\"}"})
    CAF_CHECK_EQUAL(refusal({"POST", "/disconnect", body}).status, 400u);
}

CAF_TEST(a wrong method is told the right one) {
  for (const auto* method : {"POST", "DELETE", "OPTIONS", "PUT"}) {
    const auto refused = refusal({method, "/connections"});
    CAF_CHECK_EQUAL(refused.status, 405u);
    CAF_CHECK_EQUAL(refused.headers.back().first, "Allow");
    CAF_CHECK_EQUAL(refused.headers.back().second, "GET, HEAD");
  }
  CAF_CHECK_EQUAL(refusal({"GET", "/disconnect"}).status, 405u);
}

CAF_TEST(a page in a browser may not disconnect anybody) {
  said_request request{"POST", "/disconnect", R"({"user":"ann"})"};
  request.origin = "http://127.0.0.1:9000";
  CAF_CHECK_EQUAL(refusal(request).status, 403u);
}

CAF_TEST_FIXTURE_SCOPE_END()

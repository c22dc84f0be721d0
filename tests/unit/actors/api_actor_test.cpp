#define CAF_SUITE api_actor

#include "actors/api/api.hpp"
#include "tests/unit/actors/node_fixture.hpp"
#include "tests/unit/actors/said_request.hpp"

#include <set>

using namespace rookery;
using namespace rookery::testing;

namespace {

struct api_fixture : node_fixture {
  /// Begins a call; its answer comes while the actors work.
  void begin(said_request request) {
    answers.clear();
    auto call = read_call(request, context);
    if (auto* refused = std::get_if<http_response>(&call))
      CAF_FAIL("refused: " << refused->body);
    carry_out_here(
        sys, context, std::get<api_call>(std::move(call)),
        [this](http_response got) { answers.push_back(std::move(got)); },
        context.settings.supervisor.request_timeout);
  }
  http_response ask(said_request request) {
    begin(std::move(request));
    run();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    return answers.front();
  }
  std::string get(std::string target) {
    return ask({"GET", std::move(target)}).body;
  }
  std::string disconnect(std::string body) {
    return ask({"POST", "/disconnect", std::move(body)}).body;
  }

  /// Text fields of this name, in the order of the answer.
  static std::vector<std::string>
  texts(const std::string& body, const std::string& name) {
    const auto key = "\"" + name + "\":\"";
    std::vector<std::string> found;
    for (auto at = body.find(key); at != std::string::npos;
         at = body.find(key, at)) {
      at += key.size();
      found.push_back(body.substr(at, body.find('"', at) - at));
    }
    return found;
  }
  static std::vector<std::string> ids(const std::string& body) {
    return texts(body, "connection");
  }

  /// All ids of a list, page by page.
  std::vector<std::string> all_pages(const std::string& query) {
    std::vector<std::string> all;
    std::string after;
    do {
      const auto body = get("/connections?" + query + after);
      for (auto& id : ids(body))
        all.push_back(std::move(id));
      const auto next = texts(body, "next");
      after = next.empty() ? "" : "&after=" + next.front();
    } while (!after.empty());
    return all;
  }

  std::vector<http_response> answers;
};

std::string id_of(test_client& client) {
  return to_text(client.speaker().id());
}

std::multiset<std::string> sorted(std::vector<std::string> all) {
  return {all.begin(), all.end()};
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(api_actor_tests, api_fixture)

CAF_TEST(a connection is shown with all that is known of it) {
  auto ann = connect("ann", 1, frame_form::msgpack);
  const auto got = ask({"GET", "/connections/" + id_of(ann)});
  CAF_CHECK_EQUAL(got.status, 200u);
  CAF_CHECK_EQUAL(got.content_type, "application/json");
  for (const auto* part :
       {R"("user":"ann","anonymous":false,"address":"192.0.2.1")",
        R"("encoding":"msgpack","state":"open","node":"n-test","topics":[])",
        R"("outbox":{"messages":0,"bytes":0},"messages_in":0,"events_out":0)"})
    CAF_CHECK(contains(got.body, part));
}

CAF_TEST(nobody is shown who is not there) {
  connect("ann");
  for (const auto* id : {"c-0-7", "c-1-1", "c-2-1", "c-ffff-1"})
    CAF_CHECK_EQUAL(
        ask({"GET", std::string{"/connections/"} + id}).status, 404u);
}

CAF_TEST(pages hold the connections of all threads once) {
  std::multiset<std::string> expected;
  for (std::size_t i = 0; i < 9; ++i) {
    auto one = connect("user-" + std::to_string(i), i % 2);
    expected.insert(id_of(one));
  }
  for (const auto* limit : {"1", "2", "3", "5", "8", "9", "10", "1000"})
    CAF_CHECK(sorted(all_pages(std::string{"limit="} + limit)) == expected);
}

CAF_TEST(a page is not longer than wanted) {
  for (int i = 0; i < 5; ++i)
    connect("ann", static_cast<std::size_t>(i % 2));
  for (const auto* filter : {"", "&user=ann"})
    CAF_CHECK_EQUAL(
        ids(get(std::string{"/connections?limit=3"} + filter)).size(), 3u);
}

CAF_TEST(a list goes on behind a connection that ended meanwhile) {
  auto first = connect("a");
  auto second = connect("b");
  auto third = connect("c");
  const auto body = get("/connections?limit=2");
  const auto page = ids(body);
  vanish(second);
  const auto rest =
      ids(get("/connections?after=" + texts(body, "next").front()));
  CAF_REQUIRE_EQUAL(rest.size(), 1u);
  CAF_CHECK_EQUAL(rest.front(), id_of(third));
  CAF_CHECK_EQUAL(page.front(), id_of(first));
}

CAF_TEST(the list of a user has the connections of that user on all threads) {
  std::multiset<std::string> expected;
  for (std::size_t i = 0; i < 7; ++i) {
    auto one = connect("ann", i % 2);
    connect("bob", i % 2);
    expected.insert(id_of(one));
  }
  CAF_CHECK(sorted(all_pages("user=ann&limit=2")) == expected);
  CAF_CHECK(sorted(all_pages("user=ann")) == expected);
  CAF_CHECK(all_pages("user=nobody").empty());
}

CAF_TEST(the list of a topic has its subscribers on all threads) {
  std::multiset<std::string> expected;
  for (std::size_t i = 0; i < 7; ++i) {
    auto one = connect("user-" + std::to_string(i), i % 2);
    connect("other", i % 2);
    say(one, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
    expected.insert(id_of(one));
  }
  CAF_CHECK(sorted(all_pages("topic=chat.a&limit=2")) == expected);
  CAF_CHECK(all_pages("topic=chat.b").empty());
  CAF_CHECK_EQUAL(all_pages("topic=chat.a&user=user-3").size(), 1u);
  CAF_CHECK(all_pages("topic=chat.a&user=other").empty());
}

CAF_TEST(the list of the slow has those whose socket is full) {
  connect("ann", 0);
  auto bob = connect("bob", 1);
  bob.link().block();
  const auto body = get("/connections?slow=1");
  const auto found = ids(body);
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_CHECK_EQUAL(found.front(), id_of(bob));
  CAF_CHECK(contains(body, R"("outbox":{"messages":7,"bytes":700})"));
  CAF_CHECK(all_pages("slow=1&user=ann").empty());
}

CAF_TEST(a scan ends where it has cost enough and goes on there) {
  for (int i = 0; i < 10; ++i)
    connect("ann", 0).link().blink();
  scan_order order;
  order.wanted.slow = true; // nobody is any more
  order.found_max = 5;
  order.visits_max = 4;
  std::size_t visits = 0;
  int pages = 0;
  do {
    auto request =
        self->request(context.fanouts[0], std::chrono::seconds{1}, order);
    run();
    request.receive(
        [&](connection_page& page) {
          CAF_CHECK(page.found.empty());
          CAF_CHECK(page.visits <= 4);
          visits += page.visits;
          order.from = page.next;
        },
        [](const caf::error&) { CAF_FAIL("no page"); });
    ++pages;
  } while (order.from);
  CAF_CHECK_EQUAL(visits, 10u);
  CAF_CHECK_EQUAL(pages, 3);
}

CAF_TEST(counts follow connections through their states) {
  auto ann = connect("ann", 0);
  auto bob = connect("bob", 1);
  connect("bob", 0);
  CAF_CHECK_EQUAL(
      get("/connections/counts"),
      R"({"total":3,"connecting":0,"open":3,"closing":0,"users":2,)"
      R"("anonymous":0})");
  ann.link().close(close_code::drain);
  CAF_CHECK_EQUAL(
      get("/connections/counts"),
      R"({"total":3,"connecting":0,"open":2,"closing":1,"users":1,)"
      R"("anonymous":0})");
  vanish(ann);
  vanish(bob);
  CAF_CHECK_EQUAL(
      get("/connections/counts"),
      R"({"total":1,"connecting":0,"open":1,"closing":0,"users":1,)"
      R"("anonymous":0})");
}

CAF_TEST(a user is disconnected on all threads) {
  std::vector<test_client> hers;
  for (std::size_t i = 0; i < 250; ++i)
    hers.push_back(connect("ann", i % 2));
  auto bob = connect("bob");
  CAF_CHECK_EQUAL(disconnect(R"({"user":"ann"})"), R"({"disconnected":250})");
  for (auto& one : hers)
    CAF_CHECK(
        one.link().closed_with == close_code::disconnected_by_api
        && one.link().state() == link_state::closing);
  CAF_CHECK(bob.link().state() == link_state::open);
  CAF_CHECK_EQUAL(disconnect(R"({"user":"ann"})"), R"({"disconnected":0})");
}

CAF_TEST(one connection is disconnected with the code that was chosen) {
  auto one = connect("ann", 1);
  auto other = connect("ann", 1);
  const auto body = R"({"connection":")" + id_of(one) + R"(","code":4321})";
  CAF_CHECK_EQUAL(disconnect(body), R"({"disconnected":1})");
  CAF_CHECK(one.link().closed_with == static_cast<close_code>(4321));
  CAF_CHECK(other.link().state() == link_state::open);
  CAF_CHECK_EQUAL(disconnect(body), R"({"disconnected":0})");
  CAF_CHECK_EQUAL(
      disconnect(R"({"connection":"c-9-1"})"), R"({"disconnected":0})");
}

CAF_TEST(endings are remembered newest first with their reasons) {
  auto ann = connect("ann");
  auto bob = connect("bob");
  auto cyd = connect("cyd");
  ann.say("{");
  sched.clock().current_time += std::chrono::milliseconds{1500};
  bob.link().close(static_cast<close_code>(3999));
  vanish(cyd);
  const auto body = get("/connections/closed");
  CAF_CHECK(
      (texts(body, "reason")
       == std::vector<std::string>{"abnormal", "other", "malformed"}));
  CAF_CHECK(
      (texts(body, "user") == std::vector<std::string>{"cyd", "bob", "ann"}));
  CAF_CHECK(contains(body, R"("code":3999,"reason":"other")"));
  CAF_CHECK(contains(body, R"("lasted_ms":1500)"));
  CAF_CHECK_EQUAL(texts(get("/connections/closed?limit=1"), "user").size(), 1u);
}

CAF_TEST(an ending is remembered of who never said who it is) {
  auto stranger = connect_as({});
  stranger.link().close(close_code::auth_timeout);
  const auto body = get("/connections/closed");
  CAF_CHECK(contains(body, R"("user":null,"anonymous":false)"));
  CAF_CHECK(contains(body, R"("reason":"auth_timeout")"));
}

CAF_TEST(what a client calls itself is shown as valid text) {
  client_facts facts;
  facts.address = "192.0.2.2";
  facts.user_agent = std::make_shared<const std::string>("caf\xe9 \"1\"");
  connect_as(std::move(facts));
  CAF_CHECK(contains(get("/connections"), R"("user_agent":"caf? \"1\"")"));
}

CAF_TEST(a room that nobody uses yet tells who is there and what was said) {
  CAF_CHECK_EQUAL(
      get("/presence?topic=chat.a"),
      R"({"topic":"chat.a","count":0,"members":[]})");
  auto ann = connect("ann");
  say(ann, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  for (const auto* data : {"1", "2", "3"})
    say(ann, std::string{R"({"event":"publish","topic":"chat.a","data":)"}
                 + data + "}");
  const auto there = get("/presence?topic=chat.a");
  CAF_CHECK(contains(there, R"("count":1,"members":[{"user":"ann",)"));
  const auto said = get("/history?topic=chat.a&limit=2&reverse=1");
  CAF_CHECK(contains(said, R"("data":3)") && contains(said, R"("data":2)"));
  CAF_CHECK(!contains(said, R"("data":1)"));
  const auto since = "&since_epoch=" + text_of(said, "epoch") + "&since_offset="
                     + std::to_string(number(said, "offset")) + "&limit=5";
  CAF_CHECK_EQUAL(
      ask({"GET", "/history?topic=chat.a&since_epoch=x&since_offset=1"}).status,
      410u);
  const auto rest = get("/history?topic=chat.a" + since);
  CAF_CHECK(contains(rest, R"("data":3)") == false);
}

CAF_TEST(a room says where it stands) {
  auto ann = connect("ann");
  say(ann, R"({"event":"subscribe","id":1,"topic":"chat.a"})");
  const auto before = get("/rooms/state?topic=chat.a");
  CAF_CHECK_EQUAL(number(before, "members"), 1u);
  CAF_CHECK_EQUAL(text_of(before, "hash").size(), 32u);
  CAF_CHECK_EQUAL(get("/rooms/state?topic=chat.a"), before);
  say(ann, R"({"event":"room.set","id":2,"topic":"chat.a","patch":{"a":1}})");
  const auto after = get("/rooms/state?topic=chat.a");
  CAF_CHECK(number(after, "offset") > number(before, "offset"));
  CAF_CHECK_EQUAL(number(after, "entries"), number(before, "entries") + 1);
  CAF_CHECK(text_of(after, "hash") != text_of(before, "hash"));
}

CAF_TEST(a node on its own is the one node) {
  const auto body = get("/nodes");
  CAF_CHECK(contains(body, R"({"cluster":null,"node":"n-test","nodes":[{)"));
  CAF_CHECK(contains(body, R"("node":"n-test","life":"0","state":"up")"));
  CAF_CHECK_EQUAL(texts(body, "life").size(), 1u);
}

CAF_TEST(a node that stops answers no more) {
  context.api_calls.close();
  CAF_CHECK_EQUAL(ask({"GET", "/connections"}).status, 503u);
}

CAF_TEST(an answer that does not come in time is a 504) {
  connect("ann");
  for (const auto* target :
       {"/connections", "/connections?user=ann", "/connections/c-0-1",
        "/connections/counts", "/connections/closed",
        "/presence?topic=chat.a"}) {
    begin({"GET", target});
    consume_message(); // the order; those who are asked stay silent
    sched.clock().advance_time(context.settings.supervisor.request_timeout);
    run();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK_EQUAL(answers.front().status, 504u);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()

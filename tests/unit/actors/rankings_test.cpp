#define CAF_SUITE rankings

#include "actors/api/api.hpp"
#include "tests/unit/actors/node_fixture.hpp"
#include "tests/unit/actors/said_request.hpp"

using namespace rookery;
using namespace rookery::testing;

namespace {

struct rankings_fixture : node_fixture {
  std::string ask(api_call call) {
    std::string body;
    carry_out_here(
        sys, context, std::move(call),
        [&](http_response got) { body = got.body; },
        context.settings.supervisor.request_timeout);
    run();
    return body;
  }
  std::string get(std::string target) {
    auto call = read_call(said_request{"GET", std::move(target)}, context);
    if (auto* refused = std::get_if<http_response>(&call))
      return refused->body;
    return ask(std::get<api_call>(std::move(call)));
  }
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
  test_client slow(std::string user, std::size_t thread, uint32_t waiting) {
    auto one = connect(std::move(user), thread);
    one.link().block();
    one.link().waiting = waiting;
    return one;
  }
  void publish(test_client& who, const std::string& topic, int times) {
    for (int i = 0; i < times; ++i)
      say(who, R"({"event":"publish","topic":")" + topic + R"(","data":1})");
  }
  void subscribe(test_client& who, const std::string& topic) {
    say(who, R"({"event":"subscribe","id":1,"topic":")" + topic + R"("})");
  }
};

using names = std::vector<std::string>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(rankings_tests, rankings_fixture)

CAF_TEST(the slowest of all threads come deepest first) {
  slow("b", 1, 20);
  connect("fast", 0);
  slow("d", 0, 5);
  slow("a", 0, 30);
  slow("c", 1, 10);
  CAF_CHECK((texts(get("/slowest"), "user") == names{"a", "b", "c", "d"}));
  CAF_CHECK((texts(get("/slowest?limit=2"), "user") == names{"a", "b"}));
}

CAF_TEST(a slow connection is shown with its depth and age and lag) {
  auto one = connect("ann", 1);
  auto two = connect("bob");
  subscribe(one, "chat.a");
  sched.clock().current_time += std::chrono::milliseconds{1500};
  one.link().room = 0;
  publish(two, "chat.a", 4);
  one.link().block();
  sched.clock().current_time += std::chrono::milliseconds{250};
  const auto body = get("/slowest");
  for (const auto* part :
       {R"("user":"ann")", R"("outbox":{"messages":7,"bytes":700})",
        R"("age_ms":1750,"blocked":true,"not_live":1,"lag":4,"lag_ms":250)"})
    CAF_CHECK(contains(body, part));
}

CAF_TEST(the slowest are found over many pages) {
  for (uint32_t i = 0; i < 2500; ++i)
    slow("user-" + std::to_string(i), 0, 1 + i * 7919 % 2500);
  std::vector<std::string> expected;
  for (uint32_t depth = 2500; depth > 2497; --depth)
    for (uint32_t i = 0; i < 2500; ++i)
      if (1 + i * 7919 % 2500 == depth)
        expected.push_back("user-" + std::to_string(i));
  CAF_CHECK(texts(get("/slowest?limit=3"), "user") == expected);
}

CAF_TEST(a page of the deepest costs no more than was allowed) {
  for (int i = 0; i < 10; ++i)
    slow("ann", 0, 1);
  deepest_order order;
  order.found_max = 100;
  order.visits_max = 4;
  std::size_t found = 0;
  int pages = 0;
  do {
    auto request =
        self->request(context.fanouts[0], std::chrono::seconds{1}, order);
    run();
    request.receive(
        [&](connection_page& page) {
          CAF_CHECK(page.found.size() <= 4);
          found += page.found.size();
          order.from = page.next;
        },
        [](const caf::error&) { CAF_FAIL("no page"); });
    ++pages;
  } while (order.from);
  CAF_CHECK_EQUAL(found, 10u);
  CAF_CHECK_EQUAL(pages, 3);
}

CAF_TEST(the busiest topics are summed over threads) {
  auto one = connect("one", 0);
  auto two = connect("two", 1);
  subscribe(one, "news.both");
  subscribe(two, "news.both");
  subscribe(one, "news.quiet");
  publish(one, "news.both", 20);
  publish(two, "news.both", 20);
  publish(two, "news.unheard", 30);
  const auto body = get("/busiest");
  CAF_CHECK(
      (texts(body, "topic")
       == names{"news.both", "news.unheard", "news.quiet"}));
  CAF_CHECK(contains(
      body,
      R"("topic":"news.both","publishes_per_second":8.0,"subscribers":2)"));
  CAF_CHECK(contains(
      body,
      R"("topic":"news.quiet","publishes_per_second":0.0,"subscribers":1)"));
  CAF_CHECK((texts(get("/busiest?limit=1"), "topic") == names{"news.both"}));
}

CAF_TEST(a topic that was busy falls behind) {
  auto one = connect("one");
  publish(one, "news.then", 50);
  sched.clock().current_time += std::chrono::seconds{30};
  publish(one, "news.now", 10);
  CAF_CHECK(
      (texts(get("/busiest?limit=2"), "topic")
       == names{"news.now", "news.then"}));
}

CAF_TEST(the busiest are found over many pages) {
  auto one = connect("one");
  context.settings.connection.subscriptions_max = 100'000;
  for (int i = 0; i < 3000; ++i)
    subscribe(one, "news.t" + std::to_string(i));
  publish(one, "news.t77", 2);
  publish(one, "news.t2999", 1);
  CAF_CHECK(
      (texts(get("/busiest?limit=2"), "topic")
       == names{"news.t77", "news.t2999"}));
}

CAF_TEST(metrics survey all threads) {
  auto one = slow("one", 0, 6);
  slow("two", 1, 4);
  auto paused = connect("three", 1);
  subscribe(one, "chat.a");
  subscribe(paused, "chat.a");
  say(paused, R"({"event":"flow.pause","id":2})");
  publish(one, "chat.a", 5);
  const auto text = ask(metrics_call{});
  for (const auto* line :
       {"rookery_connections_by_state{state=\"open\"} 3\n",
        "\nrookery_connections_blocked 2\n", "\nrookery_outbox_messages 10\n",
        "\nrookery_outbox_bytes 1000\n",
        "rookery_outbox_depth_messages_bucket{le=\"4\"} 1\n",
        "rookery_outbox_depth_messages_bucket{le=\"16\"} 2\n",
        "rookery_subscriptions_not_live{state=\"paused\"} 1\n",
        "rookery_subscription_lag_messages_sum 5\n",
        "rookery_flow_pauses_total{direction=\"received\"} 1\n",
        "rookery_publish_to_log_seconds_count 5\n",
        "rookery_publish_to_outbox_seconds_count 10\n"})
    CAF_CHECK(contains(text, line));
}

CAF_TEST(metrics come without a survey when threads do not answer) {
  connect("ann");
  std::string body;
  carry_out_here(
      sys, context, metrics_call{}, [&](http_response got) { body = got.body; },
      context.settings.supervisor.request_timeout);
  consume_message();
  sched.clock().advance_time(context.settings.supervisor.request_timeout);
  run();
  CAF_CHECK(contains(body, "\nrookery_publishes_total 0\n"));
  CAF_CHECK(!contains(body, "rookery_outbox_messages"));
}

CAF_TEST(rankings are limited) {
  CAF_CHECK(contains(get("/slowest?limit=101"), "limit: 1 to 100"));
  CAF_CHECK(contains(get("/busiest?limit=0"), "limit: 1 to 100"));
  CAF_CHECK(contains(get("/busiest?user=a"), "user: no such field"));
}

CAF_TEST_FIXTURE_SCOPE_END()

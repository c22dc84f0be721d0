#include "cluster/jetstream/jetstream_journal.hpp"
#include "tests/unit/jetstream/appending_load.hpp"
#include "tests/unit/jetstream/nats_server.hpp"
#include "tests/unit/jetstream/news_log.hpp"

#include <nats/nats.h>

#include <array>
#include <deque>
#include <future>
#include <set>

namespace rookery {

namespace {

/// Three servers, and a journal with three replicas.
class jetstream_cluster : public ::testing::Test {
protected:
  void SetUp() override {
    if (!nats_server::installed())
      GTEST_SKIP() << nats_server::program << " is not installed";
    std::array<std::string, 3> routes;
    std::string all;
    for (auto& one : routes) {
      one = "nats://127.0.0.1:" + std::to_string(free_port());
      all += (all.empty() ? "" : ",") + one;
    }
    for (std::size_t i = 0; i < servers.size(); ++i) {
      servers[i].more = {"--name",         "n" + std::to_string(i),
                         "--cluster_name", "test",
                         "--cluster",      routes[i],
                         "--routes",       all};
      servers[i].start();
      settings.servers.push_back(servers[i].url());
    }
    settings.name = "test";
    settings.replicas = 3;
    settings.reconnect_wait = std::chrono::milliseconds{20};
    settings.retry_pause = std::chrono::milliseconds{10};
    settings.try_deadline = std::chrono::milliseconds{1000};
  }
  /// Tries until the cluster has a leader.
  std::unique_ptr<jetstream_journal> opened() const {
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::seconds{20};
    auto one = jetstream_journal::open(settings);
    while (!one && std::chrono::steady_clock::now() < until)
      one = jetstream_journal::open(settings);
    EXPECT_TRUE(one) << one.error().message;
    return one ? std::move(*one) : nullptr;
  }
  void open() {
    store = opened();
    ASSERT_TRUE(store);
  }

  /// Of journals that are opened at the same moment.
  std::set<std::string> epochs(int count) {
    std::vector<std::future<std::string>> all;
    for (int i = 0; i < count; ++i)
      all.push_back(std::async(std::launch::async, [this] {
        const auto one = opened();
        if (!one)
          return std::string{};
        auto head = waiting_journal{*one}.open("a", keep_all());
        for (int tries = 1; !head && tries < 5; ++tries) // nobody leads yet
          head = waiting_journal{*one}.open("a", keep_all());
        EXPECT_TRUE(head) << head.error().message;
        return head ? head->epoch : "";
      }));
    std::set<std::string> found;
    for (auto& one : all)
      found.insert(one.get());
    return found;
  }

  /// Of the log's stream, as soon as the servers know it.
  nats_server* leader() {
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::seconds{20};
    nats_server* found = nullptr;
    while (!found && std::chrono::steady_clock::now() < until)
      found = told_leader();
    return found;
  }

  nats_server* told_leader() {
    natsConnection* connection = nullptr;
    jsCtx* js = nullptr;
    jsStreamInfo* info = nullptr;
    std::string name;
    if (::natsConnection_ConnectTo(&connection, servers[0].url().c_str())
            == NATS_OK
        && ::natsConnection_JetStream(&js, connection, nullptr) == NATS_OK
        && ::js_GetStreamInfo(&info, js, "log-test", nullptr, nullptr)
               == NATS_OK
        && info->Cluster && info->Cluster->Leader)
      name = info->Cluster->Leader;
    ::jsStreamInfo_Destroy(info);
    ::jsCtx_Destroy(js);
    ::natsConnection_Destroy(connection);
    for (auto& one : servers)
      if (!name.empty() && one.more[1] == name)
        return &one;
    return nullptr;
  }

  std::array<nats_server, 3> servers;
  jetstream_settings settings;
  std::unique_ptr<jetstream_journal> store;
};

} // namespace

TEST_F(jetstream_cluster, a_killed_leader_loses_and_doubles_nothing) {
  const std::vector<std::string> names{"a", "b.c", "d"};
  std::deque<following_node> nodes;
  std::deque<appending_load> loads;
  for (const char* const name : {"A", "B"}) {
    open();
    nodes.emplace_back(std::move(store), names);
    nodes.back().open();
    loads.emplace_back(nodes.back().journal(), names, name);
  }
  for (auto& one : loads)
    one.start();
  const auto go_on = [&] {
    for (auto& one : loads)
      ASSERT_TRUE(one.reach(one.total() + 50)) << "two are a majority";
  };
  go_on();
  auto* const first = leader();
  ASSERT_TRUE(first) << "nobody leads";
  first->kill();
  go_on();
  first->start();
  go_on();
  for (auto& one : loads)
    ASSERT_TRUE(one.end());
  for (std::size_t i = 0; i < names.size() && !HasFatalFailure(); ++i) {
    ASSERT_TRUE(
        nodes[0].news(i).reach(loads[0].entries(i) + loads[1].entries(i)));
    auto expected = nodes[0].news(i).records();
    for (auto& one : nodes)
      one.expect_same(i, expected);
    for (auto& one : loads)
      one.expect_among(expected, i);
  }
}

TEST_F(jetstream_cluster, nodes_that_start_at_once_have_one_epoch) {
  const auto found = epochs(6);
  ASSERT_EQ(found.size(), 1u);
  auto* const first = leader();
  ASSERT_TRUE(first) << "nobody leads";
  first->kill();
  EXPECT_EQ(epochs(2), found);
  first->start();
  EXPECT_EQ(epochs(2), found);
}

} // namespace rookery

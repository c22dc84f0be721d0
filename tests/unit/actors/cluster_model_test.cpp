#define CAF_SUITE cluster_model

#include "actors/room/room_state.hpp"
#include "tests/unit/actors/cluster_fixture.hpp"

#include <caf/test/dsl.hpp>

#include <map>
#include <optional>
#include <regex>

using namespace rookery;
using namespace rookery::testing;
using namespace std::chrono_literals;

// Random use of a room on three nodes, while appends fail, nodes are cut off
// and what is under way comes in any order. What each client was told is held
// against what the log, applied from its beginning, says that it should have
// been told.

namespace {

constexpr std::size_t users = 6;

struct played_client {
  test_client link;
  std::size_t node;
  std::string user;
  uint64_t began = 0;          // offset of the answer to `subscribe`
  std::vector<uint64_t> heard; // offsets of events, as they came
  bool subscribed = false;
  bool gone = false;
};

class cluster_play {
public:
  explicit cluster_play(uint64_t seed)
      : random_(seed)
      , cluster_(seed) {
    for (std::size_t node = 0; node < 3; ++node)
      cluster_.rules(node).presence_hold = below(2) == 0 ? 0s : 2s;
  }
  ~cluster_play() {
    cluster_.nodes.clear();
    counters_of_this_thread() = nullptr;
  }

  void step() {
    switch (below(12)) {
    case 0:
    case 1:
      return come();
    case 2:
      return go();
    case 3:
      cluster_.log.fail(below(3) == 0 ? 0.3 : 0);
      return;
    case 4:
      return cut();
    case 5:
      cluster_.sched.advance_time(std::chrono::milliseconds{below(800)});
      return cluster_.runs_some(below(30));
    case 6:
      return set();
    default:
      return publish();
    }
  }
  /// All is well again, and nothing is under way.
  void settle() {
    cluster_.log.fail(0);
    for (auto& node : cluster_.nodes)
      cluster_.log.cut(*node->context.logs, false);
    for (int i = 0; i < 8; ++i) {
      cluster_.run();
      cluster_.sched.advance_time(1s);
    }
    cluster_.run();
    listen();
  }
  void check() {
    const auto told = truth();
    for (const auto& one : clients_)
      if (one->subscribed && !one->gone)
        check_heard(*one, told);
    std::set<std::string> views;
    for (std::size_t node = 0; node < 3; ++node)
      views.insert(snapshot_of(node));
    CAF_CHECK_EQUAL(views.size(), 1u);
  }

private:
  std::size_t below(std::size_t n) { return random_() % n; }
  played_client* any() {
    std::vector<played_client*> here;
    for (auto& one : clients_)
      if (one->subscribed && !one->gone)
        here.push_back(one.get());
    return here.empty() ? nullptr : here[below(here.size())];
  }
  void come() {
    const auto node = below(3);
    const auto user = "u" + std::to_string(below(users));
    auto made = std::make_unique<played_client>(
        played_client{cluster_.nodes[node]->connect_only(user), node, user});
    made->link.say(R"({"event":"subscribe","id":1,"topic":"chat.a"})");
    clients_.push_back(std::move(made));
    cluster_.runs_some(below(20));
    listen();
  }
  void go() {
    listen();
    auto* one = any();
    if (!one)
      return;
    one->gone = true;
    if (below(2) == 0)
      one->link.say(R"({"event":"unsubscribe","topic":"chat.a"})");
    else
      cluster_.nodes[one->node]->vanish_only(one->link);
    cluster_.runs_some(below(20));
  }
  void publish() {
    if (auto* one = any()) {
      const auto key = below(2) == 0
                           ? R"(,"key":"k)" + std::to_string(below(8)) + '"'
                           : std::string{};
      one->link.say(
          R"({"event":"publish","id":7,"topic":"chat.a","data":1)" + key + "}");
    }
    cluster_.runs_some(below(12));
    listen();
  }
  void set() {
    if (auto* one = any())
      one->link.say(
          R"({"event":"room.set","id":8,"topic":"chat.a","patch":{"n":)"
          + std::to_string(below(100)) + R"(},"if_offset":)"
          + std::to_string(last_set_) + "}");
    cluster_.runs_some(below(12));
    listen();
  }
  void cut() {
    const auto node = below(3);
    cluster_.log.cut(*cluster_.nodes[node]->context.logs, below(2) == 0);
    cluster_.runs_some(below(12));
  }

  /// Takes in what clients were told.
  void listen() {
    for (auto& one : clients_)
      while (!one->gone && !one->link.heard_nothing())
        hear(*one, one->link.next());
  }
  void hear(played_client& one, const std::string& text) {
    if (contains(text, R"("event":"reply","id":1)")) {
      one.subscribed = true;
      one.began = number(text, "offset");
    }
    for (const auto* kind : {"message", "joined", "left", "state"})
      if (is(text, kind))
        one.heard.push_back(number(text, "offset"));
    if (is(text, "state"))
      last_set_ = std::max(last_set_, number(text, "offset"));
  }

  /// Offsets of what the log says was told, and of each the user who joined.
  std::map<uint64_t, std::string> truth() const {
    room_state room{
        "chat.a",
        {cluster_.nodes.front()
             ->context.settings.topics.front()
             .idempotency_keys_max,
         cluster_.nodes.front()
             ->context.settings.topics.front()
             .idempotency_window}};
    std::map<uint64_t, std::string> told;
    for (const auto& record : cluster_.log.records("chat.a")) {
      const auto change =
          room.apply(*decode_entry(record.body), record.offset, record.stamp);
      if (change.told)
        told.emplace(record.offset, "");
    }
    return told;
  }
  static void check_heard(
      const played_client& one, const std::map<uint64_t, std::string>& told) {
    std::vector<uint64_t> expected;
    for (auto at = told.upper_bound(one.began); at != told.end(); ++at)
      expected.push_back(at->first);
    CAF_CHECK_EQUAL(one.heard, expected);
  }
  std::string snapshot_of(std::size_t node) {
    auto probe = cluster_.nodes[node]->connect("probe");
    cluster_.run();
    probe.say(R"({"event":"presence","id":3,"topic":"chat.a"})");
    cluster_.run();
    auto text = probe.next();
    cluster_.nodes[node]->vanish(probe);
    // How many connections others have each node knows roughly only.
    static const std::regex own{R"("connections":\d+,)"};
    return std::regex_replace(text, own, "");
  }

  std::mt19937_64 random_;
  cluster_fixture cluster_;
  std::vector<std::unique_ptr<played_client>> clients_;
  uint64_t last_set_ = 0;
};

} // namespace

CAF_TEST(clients are told what the log says whatever goes wrong) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    cluster_play play{seed};
    CAF_MESSAGE("seed " << seed);
    for (int i = 0; i < 120; ++i)
      play.step();
    play.settle();
    play.check();
  }
}

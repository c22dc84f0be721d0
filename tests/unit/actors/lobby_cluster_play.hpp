#pragma once

#include "tests/unit/actors/cluster_fixture.hpp"
#include "tests/unit/actors/lobby_truth.hpp"

#include <array>
#include <map>
#include <random>
#include <set>

namespace rookery::testing {

/// What goes wrong besides clients that come and go.
enum class lobby_trouble : uint8_t { deaths, all };

class lobby_cluster_play {
public:
  lobby_cluster_play(uint64_t seed, lobby_trouble trouble)
      : random_(seed)
      , trouble_(trouble)
      , cluster_(
            seed, nodes, add_lobbies, cluster_fixture::stamps::of_the_test) {
    cluster_.run();
  }
  ~lobby_cluster_play() {
    cluster_.nodes.clear();
    counters_of_this_thread() = nullptr;
  }

  void step();
  /// All is well again, nothing is under way, and what is left is looked at.
  void settle();
  const std::vector<std::string>& wrong() const noexcept { return wrong_; }

  uint64_t judged = 0, seats = 0, refusals = 0, held = 0, released = 0;

private:
  static constexpr std::size_t nodes = 3;
  static constexpr std::size_t users = 6;
  static constexpr std::array<const char*, 2> topics{"lobby.a", "lobby.b"};
  struct client {
    test_client link;
    std::size_t node;
    std::string user;
    bool gone = false;
    std::set<std::string> in; // lobbies that it asked to see or play in
    std::map<std::string, uint64_t> seated; // by lobby, where it was told so
  };
  /// What was asked, and where the log was then.
  struct question {
    std::string topic, user, what;
    uint64_t from = 0;
  };
  struct reply {
    question to;
    uint64_t until = 0; // where the log was when it came
    std::string text;
  };

  static void add_lobbies(node_context& context) {
    topic_class lobby;
    lobby.name = "lobby";
    lobby.match = "lobby.*";
    lobby.kind = topic_kind::lobby;
    lobby.history_messages = 10'000;
    lobby.lobby.hold = std::chrono::seconds{3};
    lobby.lobby.empty_ttl = std::chrono::seconds{10};
    lobby.lobby.started_ttl = std::chrono::seconds{90};
    context.settings.topics.push_back(lobby);
  }

  std::size_t below(std::size_t n) { return random_() % n; }
  bool is_dead(std::size_t node) const {
    return cluster_.dead.contains(node + 1);
  }
  std::size_t live_node() {
    for (;;)
      if (const auto node = below(nodes); !is_dead(node))
        return node;
  }
  client* any();
  void come();
  void go();
  void ask();
  void die();
  void cut();
  void listen();
  uint64_t end_of(const std::string& topic) const {
    const auto all = cluster_.log.records(topic);
    return all.empty() ? 0 : all.back().offset;
  }
  void must(bool holds, const std::string& what) {
    if (!holds)
      wrong_.push_back(what);
  }

  // -- what should be
  void judge(const reply& one, const lobby_truth& truth);
  void judge_refusal(const reply& one, const lobby_truth& truth);
  void judge_end(const std::string& topic, const lobby_truth& truth);
  void judge_list(const std::map<std::string, lobby_truth>& truths);
  std::string
  asked(std::size_t node, const std::string& json, const char* kind);
  bool is_in(const std::string& user, const std::string& topic) const;

  std::mt19937_64 random_;
  lobby_trouble trouble_;
  cluster_fixture cluster_;
  std::vector<std::unique_ptr<client>> clients_;
  uint32_t last_id_ = 100;
  std::map<uint64_t, question> asked_;
  std::vector<reply> replies_;
  std::vector<std::string> wrong_;
};

} // namespace rookery::testing

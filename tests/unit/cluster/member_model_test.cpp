#include "cluster/membership/member_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>

namespace rookery {

namespace {

using namespace std::chrono_literals;
using ms = std::chrono::milliseconds;
using what = cluster_event::what;

constexpr ms step = 250ms;
constexpr ms beat_every = 1s;
constexpr ms timeout = 5s;
constexpr std::size_t nodes = 5;

/// A node that may be stopped, paused, and without its bus. Words are bytes,
/// as on the bus.
struct model_node {
  std::string name;
  std::unique_ptr<member_table> table; // null: it does not run
  std::vector<std::string> inbox;
  ms next_beat{0};
  bool paused = false;
  bool stalled = false; // ticks, and does not hear
  ms stalled_for{0};
  bool connected = true;
  bool lost = false; // the bus will tell so
  std::optional<cluster_fencing> fenced;
  ms last_ran{0};
  ms ran{0}; // with a connection; long pauses do not count
  /// Of `ran`, when something of that node came last.
  std::map<std::string, ms> heard_at;
  // Of this life of the process.
  std::set<node_life> joined, ended;
};

/// Checks every event as it is told; `settle` checks that all agree.
class model_cluster {
public:
  explicit model_cluster(uint64_t seed)
      : random_(seed) {
    for (std::size_t i = 0; i < nodes; ++i) {
      all_.emplace_back().name = "n" + std::to_string(i);
      start(all_.back());
    }
  }

  void round(bool faults) {
    if (faults)
      break_something();
    note_reach();
    for (auto& one : all_)
      if (one.table && !one.paused)
        run(one);
    now_ += step;
  }

  void heal() {
    cuts_.clear();
    for (auto& one : all_) {
      one.paused = one.stalled = false;
      one.connected = true;
      if (!one.table)
        start(one);
    }
  }

  void agree() {
    std::vector<node_life> wanted;
    for (const auto& one : all_) {
      ASSERT_FALSE(one.table->fenced());
      wanted.push_back(one.table->life());
    }
    std::sort(wanted.begin(), wanted.end());
    for (const auto& one : all_) {
      std::vector<node_life> seen;
      for (const auto& other : one.table->view(now_).nodes)
        seen.push_back(other.life);
      ASSERT_EQ(seen, wanted) << "as " << one.name << " sees it";
      // A node that was given up has learnt it, since it has another life.
      for (const auto life : wanted)
        ASSERT_FALSE(one.ended.contains(life));
    }
  }

private:
  std::size_t below(std::size_t n) { return random_() % n; }
  model_node& any() { return all_[below(nodes)]; }
  static std::pair<std::string, std::string>
  link(const std::string& a, const std::string& b) {
    return std::minmax(a, b);
  }

  void start(model_node& one) {
    // Clocks of nodes differ by a second.
    const auto life =
        make_life(now_ + ms{below(1'000)}, random_(), last_life_[one.name]);
    last_life_[one.name] = life;
    one.table = std::make_unique<member_table>(
        member_table_settings{.name = one.name}, life, now_);
    one.table->set_state(node_state::up);
    one.table->reached(now_); // as the bus answers once it is connected
    one.inbox.clear();
    one.next_beat = now_;
    one.paused = one.stalled = false;
    one.connected = true;
    one.fenced.reset();
    one.last_ran = now_;
    one.heard_at.clear();
    one.joined.clear();
    one.ended.clear();
  }

  void break_something() {
    auto& one = any();
    switch (below(60)) {
    case 0:
      cuts_.insert(link(one.name, any().name));
      break;
    case 1:
      cuts_.clear();
      break;
    case 2:
      one.paused = true;
      break;
    case 3:
    case 4:
      one.paused = false;
      break;
    case 5:
      one.connected = false;
      one.lost = true;
      one.inbox.clear();
      break;
    case 6:
    case 7:
      one.connected = true;
      break;
    case 8:
      if (one.table && !one.paused) { // a good end
        one.table->set_state(node_state::leaving);
        if (const auto last = one.table->beat(false))
          publish(one, *last);
      }
      one.table.reset();
      break;
    case 9:
      one.table.reset(); // killed
      break;
    case 10:
    case 11:
      if (!one.table)
        start(one);
      break;
    case 12:
      one.stalled = true;
      break;
    case 13:
    case 14:
      one.stalled = false;
      break;
    default:
      break;
    }
  }

  bool reaches(const model_node& from, const model_node& to) const {
    return from.table && to.table && from.connected && to.connected
           && !cuts_.contains(link(from.name, to.name));
  }

  /// Since when each can hear each other without an interruption.
  void note_reach() {
    for (const auto& to : all_)
      for (const auto& from : all_)
        if (!reaches(from, to) || from.paused || to.paused || to.stalled
            || from.table->fenced())
          unreached_[{to.name, from.name}] = now_;
  }

  void publish(model_node& from, const cluster_word& word) {
    const auto bytes =
        std::visit([](const auto& one) { return encode(one); }, word);
    for (auto& to : all_)
      if (reaches(from, to) && to.inbox.size() < 10'000) {
        to.inbox.push_back(bytes);
        if (below(10) == 0)
          to.inbox.push_back(bytes); // twice
      }
  }

  void run(model_node& one) {
    const auto gap = now_ - std::exchange(one.last_ran, now_);
    one.stalled_for = one.stalled ? one.stalled_for + step : ms{0};
    // It takes half of the timeout until a node knows that it does not hear.
    if (one.connected && one.stalled_for <= timeout / 2 + step)
      one.ran += gap <= beat_every ? gap : step;
    one.table->set_connected(one.connected, now_);
    if (one.connected && std::exchange(one.lost, false))
      hear_of_loss(one);
    std::vector<std::string> came;
    if (!one.stalled)
      std::swap(came, one.inbox);
    if (below(4) == 0)
      std::shuffle(came.begin(), came.end(), random_);
    // After a pause either of the two may come first.
    const bool first = below(2) == 0;
    if (first)
      take(one, one.table->tick(now_));
    for (const auto& bytes : came) {
      const auto word = decode_word(bytes);
      ASSERT_TRUE(word);
      take(one, one.table->heard(*word, now_));
      if (const auto* beat = std::get_if<node_beat>(&*word))
        one.heard_at[beat->name] = one.ran;
    }
    if (!first)
      take(one, one.table->tick(now_));
    if (one.table->fenced() && below(3) == 0) {
      ASSERT_TRUE(one.fenced) << "it was not told";
      const auto life = make_life(now_, random_(), one.fenced->above);
      if (one.table->begin_life(life, now_)) {
        last_life_[one.name] = life;
        note_refresh(one);
        one.fenced.reset();
      } else { // it learnt of a greater one since
        one.fenced->above += uint64_t{1} << 30;
      }
    }
    if (!one.connected || now_ < one.next_beat)
      return;
    one.next_beat = now_ + beat_every;
    if (const auto made = one.table->beat(false))
      publish(one, *made);
  }

  void hear_of_loss(model_node& one) {
    one.table->refresh(now_);
    note_refresh(one);
  }

  static void note_refresh(model_node& one) {
    one.stalled_for = ms{0};
    for (auto& [name, at] : one.heard_at)
      at = one.ran;
  }

  void take(model_node& one, const member_outcome& out) {
    for (const auto& notice : out.notices)
      publish(one, notice);
    if (out.fenced) {
      EXPECT_FALSE(one.fenced) << "told twice";
      one.fenced = out.fenced;
    }
    for (const auto& event : out.events)
      check(one, event);
  }

  void check(model_node& one, const cluster_event& event) {
    const auto life = event.life;
    switch (event.kind) {
    case what::joined:
      EXPECT_TRUE(one.joined.insert(life).second) << "joined twice";
      EXPECT_FALSE(one.ended.contains(life)) << "came back from the dead";
      break;
    case what::changed:
      EXPECT_TRUE(one.joined.contains(life));
      break;
    case what::left:
    case what::died:
      EXPECT_TRUE(one.joined.contains(life));
      EXPECT_TRUE(one.ended.insert(life).second) << "ended twice";
      break;
    }
    if (event.kind != what::died || last_life_[event.name] != life)
      return; // it has another life now
    EXPECT_GE(one.ran - one.heard_at[event.name], timeout - step)
        << one.name << " took " << event.name << " for dead too early";
    // Lately something was between the two.
    const auto since = unreached_.find({one.name, event.name});
    ASSERT_NE(since, unreached_.end());
    EXPECT_LE(now_ - since->second, timeout + beat_every + step)
        << event.name << " was taken for dead by " << one.name;
  }

  std::mt19937_64 random_;
  std::vector<model_node> all_;
  ms now_ = 1'700'000'000'000ms;
  std::set<std::pair<std::string, std::string>> cuts_;
  std::map<std::string, node_life> last_life_;
  std::map<std::pair<std::string, std::string>, ms> unreached_;
};

class member_model : public ::testing::TestWithParam<uint64_t> {};

} // namespace

TEST_P(member_model, agrees_after_any_faults_and_loses_nobody_who_was_there) {
  model_cluster cluster{GetParam()};
  for (int phase = 0; phase < 20; ++phase) {
    for (int i = 0; i < 200; ++i)
      cluster.round(true);
    cluster.heal();
    for (auto quiet = 0ms; quiet < 4 * timeout; quiet += step)
      cluster.round(false);
    cluster.agree();
    if (HasFailure())
      return;
  }
}

INSTANTIATE_TEST_SUITE_P(
    seeds, member_model, ::testing::Range<uint64_t>(1, 21));

} // namespace rookery

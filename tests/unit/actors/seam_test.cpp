#define CAF_SUITE seam

#include "tests/unit/actors/journal_fixture.hpp"

#include <random>

using namespace rookery;
using namespace rookery::testing;

namespace {

/// One client whose outbox fills and drains, that pauses, resumes, leaves and
/// comes back, while others publish on both threads and the actors run in any
/// order: what it is sent has no hole and nothing twice, but for what a
/// snapshot stands for.
class seam_play {
public:
  seam_play(node_fixture& node, unsigned seed)
      : node_(node)
      , random_(seed)
      , writers_{node.connect("writer"), node.connect("writer", 1)} {}

  void round() {
    switch (reader_ ? one_of(12) : 12) {
    case 0:
      reader_->link().room = one_of(4);
      break;
    case 1:
    case 2:
      reader_->link().make_room(64 + one_of(64));
      break;
    case 3:
      reader_->say(R"({"event":"flow.pause"})");
      break;
    case 4:
      reader_->say(R"({"event":"flow.resume"})");
      break;
    case 5:
      if (one_of(20) == 0)
        leave();
      break;
    case 12:
      come_back();
      break;
    default:
      writers_[one_of(2)].say(
          R"({"event":"publish","topic":"chat.a","data":1})");
    }
  }
  /// Actors do some of what they have to do.
  void step() {
    for (auto steps = one_of(6); steps > 0 && node_.sched.try_run_once();
         --steps) {
    }
    if (reader_ && one_of(4) == 0)
      read_all();
    for (auto& one : writers_) {
      one.forget();
      if (one.link().credit < 8)
        node_.run();
    }
  }
  void end() {
    if (!reader_)
      come_back();
    node_.run();
    reader_->link().make_room(1000);
    reader_->say(R"({"event":"flow.resume"})");
    node_.run();
    read_all();
    writers_[0].forget();
    node_.say(
        writers_[0], R"({"event":"publish","id":9,"topic":"chat.a","data":1})");
    uint64_t newest = 0;
    while (!writers_[0].heard_nothing())
      newest = std::max(newest, number(writers_[0].next(), "offset"));
    read_all();
    CAF_CHECK_EQUAL(last_, newest);
  }
  unsigned one_of(unsigned n) { return random_() % n; }

  uint64_t checked = 0;
  uint64_t snapshots = 0;

private:
  void leave() {
    read_all();
    node_.vanish(*reader_);
    reader_.reset();
  }
  void come_back() {
    reader_ = std::make_unique<test_client>(node_.connect("reader", one_of(2)));
    reader_->say(
        R"({"event":"subscribe","id":1,"topic":"chat.a")"
        + (epoch_.empty() ? std::string{} : since(epoch_, last_)) + "}");
  }
  void read_all() {
    while (!reader_->heard_nothing()) {
      const auto text = reader_->next();
      if (is(text, "snapshot")) {
        ++snapshots;
        last_ = number(text, "offset");
      } else if (
          is(text, "message") || is(text, "joined") || is(text, "left")) {
        CAF_REQUIRE_EQUAL(number(text, "offset"), last_ + 1);
        ++last_;
        ++checked;
      } else if (is(text, "live")) {
        CAF_REQUIRE_EQUAL(number(text, "offset"), last_);
      } else if (contains(text, R"("kind":"room")") && epoch_.empty()) {
        epoch_ = text_of(text, "epoch");
        last_ = number(text, "offset");
      } else if (is(text, "error")) {
        // The journal was told to fail, and took no join.
        CAF_REQUIRE(contains(text, R"("code":108)"));
        node_.vanish(*reader_);
        reader_.reset();
        return;
      }
    }
  }

  node_fixture& node_;
  std::mt19937 random_;
  std::array<test_client, 2> writers_;
  std::unique_ptr<test_client> reader_;
  std::string epoch_;
  uint64_t last_ = 0; // the newest offset that the reader has
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(seam_in_memory, node_fixture)

CAF_TEST(between replay and live there is never a hole or a repeat) {
  context.settings.topics.front().history_messages = 8;
  seam_play play{*this, 4711};
  for (int round = 0; round < 20'000; ++round) {
    play.round();
    play.step();
  }
  play.end();
  CAF_CHECK(play.checked > 5000);
  CAF_CHECK(play.snapshots > 10);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(seam_with_journal, journal_fixture)

CAF_TEST(there is none either where the journal is read and fails) {
  rules().ring_messages = 8;
  seam_play play{*this, 1147};
  for (int round = 0; round < 20'000; ++round) {
    play.round();
    play.step();
    if (play.one_of(200) == 0)
      logs().fail_next(1 + play.one_of(3));
    for (auto answers_now = play.one_of(3); answers_now > 0; --answers_now)
      logs().run_one();
  }
  logs().fail_next(0);
  play.end();
  CAF_CHECK(play.checked > 5000);
  CAF_CHECK(
      counters[0].repairs_from_journal.value()
          + counters[1].repairs_from_journal.value()
      > 100);
}

CAF_TEST_FIXTURE_SCOPE_END()

#include "cluster/journal/memory_journal.hpp"
#include "tests/unit/journal/journal_play.hpp"

namespace rookery {

namespace {

class memory_restarted final : public restartable_journal {
public:
  memory_restarted(memory_journal::answers when, manual_clock& clock)
      : journal_(when, clock.source()) {}
  journal& get() override { return journal_; }
  void restart() override {
    journal_.run();
    journal_.restart();
  }
  void run() override { journal_.run(); }

private:
  memory_journal journal_;
};

class sqlite_restarted final : public restartable_journal {
public:
  explicit sqlite_restarted(sqlite_journal_settings settings)
      : settings_(std::move(settings)) {
    restart();
  }
  journal& get() override { return *journal_; }
  void restart() override {
    journal_.reset();
    auto opened = sqlite_journal::open(settings_);
    if (!opened)
      throw std::runtime_error{opened.error().message};
    journal_ = std::move(*opened);
  }

private:
  sqlite_journal_settings settings_;
  std::unique_ptr<sqlite_journal> journal_;
};

class journal_model : public journal_folder,
                      public ::testing::WithParamInterface<uint32_t> {};

} // namespace

TEST_P(journal_model, says_the_same_as_the_file) {
  settings.sync = journal_sync::checkpoint;
  settings.fresh_bytes_max = 64 * 1024; // so that it is often full
  sqlite_restarted real{settings};
  journal_play{real, clock, GetParam()}.play(1500);
}

TEST_P(journal_model, says_the_same_as_the_memory) {
  memory_restarted real{memory_journal::answers::at_once, clock};
  journal_play{real, clock, GetParam()}.play(1500);
}

TEST_P(journal_model, says_the_same_as_the_memory_that_answers_later) {
  memory_restarted real{memory_journal::answers::when_run, clock};
  journal_play{real, clock, GetParam()}.play(500);
}

INSTANTIATE_TEST_SUITE_P(seeds, journal_model, ::testing::Range(1u, 9u));

} // namespace rookery

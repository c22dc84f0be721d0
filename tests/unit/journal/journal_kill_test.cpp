#include "tests/unit/journal/journal_fixture.hpp"

#include <csignal>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

namespace rookery {

namespace {

constexpr int topics = 5;
constexpr uint64_t batch = 3;

std::string name(int topic) {
  return "room:" + std::to_string(topic);
}

std::string body(int topic, uint64_t offset) {
  return name(topic) + " " + std::to_string(offset)
         + std::string(offset % 200, 'x');
}

/// Tells of a receipt, through a pipe.
struct said_receipt {
  int topic;
  uint64_t newest;
};

/// Appends without end, and tells every receipt.
void append_on(journal& to, int pipe, int topic, uint64_t newest) {
  std::vector<std::string> some;
  for (uint64_t i = 1; i <= batch; ++i)
    some.push_back(body(topic, newest + i));
  to.append(name(topic), {0, journal_bodies{some}}, [=, &to](auto receipt) {
    if (!receipt)
      ::_exit(3);
    const said_receipt said{topic, receipt->offsets.back()};
    if (::write(pipe, &said, sizeof said) != sizeof said)
      ::_exit(4);
    append_on(to, pipe, topic, said.newest);
  });
}

[[noreturn]] void be_killed(const sqlite_journal_settings& settings, int pipe) {
  ::alarm(60);
  auto opened = sqlite_journal::open(settings);
  if (!opened)
    ::_exit(1);
  for (int topic = 0; topic < topics; ++topic) {
    const auto head = waiting_journal{**opened}.open(name(topic), keep_all());
    if (!head)
      ::_exit(2);
    append_on(**opened, pipe, topic, head->newest);
  }
  for (;;)
    ::pause();
}

class journal_kill : public journal_folder,
                     public ::testing::WithParamInterface<journal_sync> {
protected:
  /// A process appends and is killed after so many receipts.
  void round(int receipts) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      be_killed(settings, ends[1]);
    }
    ::close(ends[1]);
    said_receipt said{};
    while (::read(ends[0], &said, sizeof said) == sizeof said) {
      receipted[said.topic] = said.newest;
      if (--receipts == 0)
        ::kill(child, SIGKILL); // what is in the pipe was said before
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  }

  std::array<uint64_t, topics> receipted{};
};

} // namespace

TEST_P(journal_kill, keeps_all_that_had_a_receipt_and_nothing_half) {
  settings.clock = {};
  settings.sync = GetParam();
  settings.fresh_bytes_max = 20'000;
  settings.wal_pages_max = 50;
  std::mt19937 random{7};
  std::array<std::string, topics> epochs;
  for (int i = 0; i < 20 && !HasFailure(); ++i) {
    round(1 + static_cast<int>(random() % 150));
    start();
    for (int topic = 0; topic < topics; ++topic) {
      const auto index = static_cast<std::size_t>(topic);
      const auto head = wait().open(name(topic), keep_all());
      ASSERT_TRUE(head) << head.error().message;
      EXPECT_GE(head->newest, receipted[index]);
      EXPECT_LE(head->newest, receipted[index] + batch);
      EXPECT_EQ(head->newest % batch, 0u);
      const auto records = wait().all(name(topic));
      ASSERT_TRUE(records) << records.error().message;
      ASSERT_EQ(records->size(), head->newest);
      for (const auto& one : *records)
        ASSERT_EQ(one.body, body(topic, one.offset));
      EXPECT_TRUE(epochs[index].empty() || epochs[index] == head->epoch);
      epochs[index] = head->epoch;
      receipted[index] = head->newest;
    }
    store.reset();
  }
}

INSTANTIATE_TEST_SUITE_P(
    syncs, journal_kill,
    ::testing::Values(journal_sync::always, journal_sync::checkpoint));

} // namespace rookery

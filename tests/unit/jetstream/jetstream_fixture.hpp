#pragma once

#include "cluster/jetstream/jetstream_journal.hpp"
#include "tests/unit/jetstream/nats_server.hpp"
#include "tests/unit/journal/journal_fixture.hpp"

namespace rookery {

/// A server, and a journal on it.
class jetstream_place : public ::testing::Test {
protected:
  void SetUp() override {
    if (!nats_server::installed())
      GTEST_SKIP() << nats_server::program << " is not installed";
    server.start();
    settings.servers = {server.url()};
    settings.name = "test";
    settings.reconnect_wait = std::chrono::milliseconds{20};
    settings.retry_pause = std::chrono::milliseconds{10};
  }

  /// As after a new start of the process.
  void start() {
    store.reset();
    auto opened = jetstream_journal::open(settings);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
  }
  waiting_journal wait() { return waiting_journal{*store}; }
  journal_head head(const std::string& topic) {
    auto found = wait().open(topic, keep_all());
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(journal_head{});
  }
  /// Offsets of the entries.
  std::vector<uint64_t>
  append(const std::string& topic, const std::vector<std::string>& all) {
    auto said = wait().append(topic, all);
    EXPECT_TRUE(said) << said.error().message;
    return said ? said->offsets : std::vector<uint64_t>{};
  }
  std::vector<std::string> texts(const std::string& topic) {
    std::vector<std::string> all;
    const auto records = wait().all(topic);
    EXPECT_TRUE(records) << records.error().message;
    if (records)
      for (const auto& one : *records)
        all.push_back(one.body);
    return all;
  }

  /// Tries until it works; the journal's deadlines bound each try.
  template <class T, class Try>
  result<T> eventually(Try one) {
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::seconds{20};
    for (;;) {
      auto said = one();
      if (said || std::chrono::steady_clock::now() > until)
        return said;
    }
  }

  nats_server server;
  jetstream_settings settings;
  std::unique_ptr<jetstream_journal> store;
};

} // namespace rookery

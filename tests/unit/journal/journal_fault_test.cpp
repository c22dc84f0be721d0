#include "tests/unit/journal/faulty_disk.hpp"
#include "tests/unit/journal/journal_fixture.hpp"

#include <gmock/gmock.h>

namespace rookery {

namespace {

using fault = faulty_disk::fault;
using ::testing::HasSubstr;

class journal_fault : public journal_folder {
protected:
  ~journal_fault() override { store.reset(); }

  /// What the file holds is what had a receipt, no more and no less.
  void expect_stored(const std::string& topic) {
    const auto records = wait().all(topic);
    ASSERT_TRUE(records) << records.error().message;
    std::vector<std::string> stored;
    for (const auto& one : *records)
      stored.push_back(one.body);
    EXPECT_EQ(stored, receipted[topic]);
  }
  /// False: it was refused, as it must be then.
  bool append(const std::string& topic, std::size_t count) {
    auto& known = receipted[topic];
    const auto some = bodies(count);
    const auto receipt = wait().append(topic, some);
    if (!receipt) {
      EXPECT_EQ(receipt.error().code, errc::not_available)
          << receipt.error().message;
      return false;
    }
    EXPECT_EQ(receipt->offsets.front(), known.size() + 1);
    known.insert(known.end(), some.begin(), some.end());
    return true;
  }

  faulty_disk disk;
  std::map<std::string, std::vector<std::string>> receipted;
};

} // namespace

TEST_F(journal_fault, a_full_disk_refuses_until_there_is_room_again) {
  start();
  ASSERT_TRUE(wait().open("room:a", keep_all()));
  ASSERT_TRUE(wait().append("room:a", {"before"}));
  disk.fail(fault::full);
  const auto refused = wait().append("room:a", {"meanwhile"}, 5);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::not_available);
  EXPECT_THAT(refused.error().message, HasSubstr("the disk is full"));
  EXPECT_THAT(refused.error().message, HasSubstr(settings.path));
  EXPECT_TRUE(store->counts().failing);
  EXPECT_EQ(store->counts().failures, 1u);
  const auto page = wait().read("room:a", {0, 9, 9, 9999});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->records.size(), 1u);

  disk.repair();
  const auto receipt = wait().append("room:a", {"after"}, 5);
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(receipt->offsets, std::vector<uint64_t>{2});
  EXPECT_FALSE(store->counts().failing);
}

TEST_F(journal_fault, a_topic_whose_first_opening_failed_is_not_open) {
  start();
  disk.fail(fault::full);
  EXPECT_FALSE(wait().open("room:a", keep_all()));
  EXPECT_FALSE(wait().read("room:a", {0, 9, 9, 9999}));
  disk.repair();
  EXPECT_FALSE(wait().append("room:a", {"too early"}));
  ASSERT_TRUE(wait().open("room:a", keep_all()));
  EXPECT_TRUE(wait().append("room:a", {"first"}));
}

TEST_F(journal_fault, a_read_that_fails_is_not_taken_for_damage) {
  settings.fresh_bytes_max = 1024;
  start();
  ASSERT_TRUE(wait().open("room:a", keep_all()));
  for (int i = 0; i < 40; ++i)
    ASSERT_TRUE(append("room:a", 100));
  disk.fail(fault::read);
  const auto page = wait().read("room:a", {0, 64, 64, 99'999});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, errc::not_available) << page.error().message;
  disk.repair();
  expect_stored("room:a");
}

class journal_faults : public journal_fault,
                       public ::testing::WithParamInterface<fault> {};

/// The disk fails at each of its operations in turn, once.
TEST_P(journal_faults, lose_nothing_and_store_nothing_half) {
  settings.fresh_bytes_max = 3000;
  settings.wal_pages_max = 12;
  settings.check = false;
  const auto keep = keep_all();
  bool failed = true;
  for (int64_t good = 0; failed; ++good) {
    SCOPED_TRACE("after " + std::to_string(good));
    receipted.clear();
    store.reset();
    std::filesystem::remove(settings.path);
    start();
    for (const auto* topic : {"room:a", "room:b"})
      ASSERT_TRUE(wait().open(topic, keep));
    disk.fail(GetParam(), good, 1);
    for (const std::size_t count : {1, 30, 2, 70, 9, 1}) {
      append("room:a", count);
      append("room:b", 3);
    }
    static_cast<void>(wait().save("room:a", {1, "image"}));
    failed = disk.failures() > 0;
    disk.repair();
    EXPECT_TRUE(append("room:a", 5));
    EXPECT_TRUE(append("room:b", 70));
    expect_stored("room:a");
    expect_stored("room:b");
    start();
    for (const auto* topic : {"room:a", "room:b"}) {
      ASSERT_TRUE(wait().open(topic, keep));
      expect_stored(topic);
    }
    if (HasFailure())
      return;
  }
}

INSTANTIATE_TEST_SUITE_P(
    kinds, journal_faults,
    ::testing::Values(fault::full, fault::write, fault::sync));

} // namespace rookery

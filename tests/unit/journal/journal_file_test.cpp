#include "cluster/journal/sqlite.hpp"
#include "tests/unit/journal/journal_fixture.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace rookery {

namespace {

using ::testing::HasSubstr;

class journal_file_test : public journal_folder {
protected:
  /// A file with a topic and `count` entries, closed.
  void make(std::size_t count) {
    start();
    ASSERT_TRUE(wait().open("room:a", keep_all()));
    ASSERT_TRUE(wait().append("room:a", bodies(count)));
    store.reset();
  }
  void change(const char* sql) {
    sqlite_connection db{settings.path};
    db.run(sql);
    ASSERT_FALSE(db.failed()) << db.why().message;
  }
  void overwrite(std::streamoff at, const std::string& with) {
    std::fstream file{
        settings.path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(at);
    file << with;
    ASSERT_TRUE(file.flush());
  }
  std::string epoch() {
    start();
    return wait().open("room:a", keep_all())->epoch;
  }
};

} // namespace

TEST_F(journal_file_test, keeps_offsets_epoch_and_image_over_a_restart) {
  start();
  const auto made = wait().open("room:a", keep_all());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->epoch.size(), 14u);
  EXPECT_EQ(made->newest, 0u);
  EXPECT_FALSE(made->image);
  ASSERT_TRUE(wait().append("room:a", {"one", "two"}));
  ASSERT_EQ(wait().save("room:a", {1, "image"}), 1u);
  start();
  const auto head = wait().open("room:a", keep_all());
  ASSERT_TRUE(head);
  EXPECT_EQ(head->epoch, made->epoch);
  EXPECT_EQ(head->newest, 2u);
  EXPECT_EQ(head->reaches, 0u);
  ASSERT_TRUE(head->image);
  EXPECT_EQ(head->image->offset, 1u);
  EXPECT_EQ(head->image->body, "image");
  EXPECT_EQ(wait().append("room:a", {"three"})->offsets.front(), 3u);
}

TEST_F(journal_file_test, a_lost_file_is_another_epoch_of_every_topic) {
  const auto first = epoch();
  store.reset();
  std::filesystem::remove(settings.path);
  EXPECT_NE(epoch(), first);
}

TEST_F(
    journal_file_test,
    lost_power_is_another_epoch_where_commits_are_not_synced) {
  const auto first = epoch();
  store.reset();
  change("UPDATE journal SET clean = 0, boot = 'another', sync = 'always'");
  EXPECT_EQ(epoch(), first);
  store.reset();
  change("UPDATE journal SET clean = 1, boot = 'another', sync = 'checkpoint'");
  EXPECT_EQ(epoch(), first);
  store.reset();
  change("UPDATE journal SET clean = 0, sync = 'checkpoint'");
  EXPECT_EQ(epoch(), first) << "the process ended, the machine went on";
  store.reset();
  change("UPDATE journal SET clean = 0, boot = 'another', sync = 'checkpoint'");
  const auto second = epoch();
  EXPECT_NE(second, first);
  EXPECT_EQ(epoch(), second);
}

TEST_F(journal_file_test, what_can_not_be_used_is_refused_with_the_reason) {
  settings.path = path_ + "/missing/rooms.journal";
  EXPECT_THAT(
      refusal(), HasSubstr("there is no directory " + path_ + "/missing"));
  settings.path = path_ + "/rooms.journal";
  std::filesystem::create_directory(settings.path);
  EXPECT_THAT(refusal(), HasSubstr("unable to open"));
}

TEST_F(journal_file_test, a_second_user_is_refused) {
  start();
  const auto second = sqlite_journal::open(settings);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr(settings.path + ".lock"));
  EXPECT_TRUE(wait().open("room:a", keep_all()));
}

TEST_F(journal_file_test, a_file_of_another_program_is_refused) {
  change("CREATE TABLE recipes (text)");
  EXPECT_THAT(refusal(), HasSubstr("another program"));
  change("PRAGMA application_id = 1234");
  EXPECT_THAT(refusal(), HasSubstr("another program"));
}

TEST_F(journal_file_test, a_file_of_a_newer_version_is_refused) {
  make(1);
  change("PRAGMA user_version = 2");
  EXPECT_THAT(refusal(), HasSubstr("schema version 2"));
}

TEST_F(journal_file_test, a_damaged_header_is_refused_and_stays) {
  make(10);
  overwrite(0, std::string(100, 'x'));
  EXPECT_THAT(refusal(), HasSubstr("is damaged"));
  EXPECT_THAT(refusal(), HasSubstr("restore a backup, or move the file away"));
  std::ifstream file{settings.path};
  EXPECT_EQ(file.get(), 'x');
}

TEST_F(journal_file_test, damaged_pages_are_found_at_the_start) {
  make(5000);
  for (int page = 5; page < 100; ++page)
    overwrite(page * 4096, std::string(1000, 'x'));
  EXPECT_THAT(refusal(), HasSubstr("is damaged"));
}

TEST_F(journal_file_test, damaged_pages_are_found_when_they_are_read) {
  make(5000);
  for (int page = 5; page < 100; ++page)
    overwrite(page * 4096, std::string(1000, 'x'));
  settings.check = false;
  auto opened = sqlite_journal::open(settings);
  if (!opened) { // that early
    EXPECT_EQ(opened.error().code, errc::internal);
    return;
  }
  store = std::move(*opened);
  auto read = wait().open("room:a", keep_all()).and_then([&](const auto&) {
    return wait().all("room:a");
  });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, errc::internal) << read.error().message;
}

TEST_F(journal_file_test, a_changed_body_is_not_delivered) {
  make(10);
  {
    sqlite_connection db{settings.path};
    auto pack = db.text("SELECT pack FROM fresh");
    pack[5 * 166 + 100] ^= 1; // in the body of the sixth
    sqlite_statement put{db, "UPDATE fresh SET pack = ?1"};
    put.run(std::string_view{pack});
    ASSERT_FALSE(db.failed());
  }
  start();
  ASSERT_TRUE(wait().open("room:a", keep_all()));
  const auto before = wait().read("room:a", {0, 10, 64, 99'999});
  ASSERT_TRUE(before);
  EXPECT_EQ(before->records.size(), 5u);
  EXPECT_FALSE(before->complete);
  const auto damaged = wait().read("room:a", {5, 10, 64, 99'999});
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, errc::internal);
  EXPECT_THAT(
      damaged.error().message, HasSubstr("entry 6 of room:a is damaged"));
  const auto behind = wait().read("room:a", {6, 10, 64, 99'999});
  ASSERT_TRUE(behind);
  EXPECT_EQ(behind->records.size(), 4u);
  const auto back = wait().read("room:a", {0, 10, 64, 99'999, true});
  ASSERT_TRUE(back);
  EXPECT_EQ(back->records.size(), 4u);
}

TEST_F(journal_file_test, a_batch_that_vanished_is_damage_and_harms_no_other) {
  start();
  for (const auto* topic : {"room:a", "room:b"}) {
    ASSERT_TRUE(wait().open(topic, keep_all()));
    ASSERT_TRUE(wait().append(topic, bodies(10)));
  }
  change("DELETE FROM fresh WHERE topic = 1");
  const auto settled = wait().append("room:a", bodies(60));
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().code, errc::internal);
  EXPECT_THAT(settled.error().message, HasSubstr("a batch is missing"));
  EXPECT_TRUE(store->counts().failing);
  const auto missing = wait().read("room:a", {0, 10, 64, 99'999});
  ASSERT_FALSE(missing);
  EXPECT_THAT(
      missing.error().message, HasSubstr("entry 1 of room:a is damaged"));
  EXPECT_TRUE(wait().append("room:b", bodies(60)));
  EXPECT_EQ(wait().all("room:b")->size(), 70u);
}

TEST_F(journal_file_test, a_file_that_is_held_locked_can_not_be_written) {
  start();
  ASSERT_TRUE(wait().open("room:a", keep_all()));
  sqlite_connection other{settings.path};
  other.run("BEGIN IMMEDIATE");
  const auto locked = wait().append("room:a", {"x"});
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().code, errc::not_available);
  EXPECT_THAT(locked.error().message, HasSubstr("holds it locked"));
  EXPECT_TRUE(wait().read("room:a", {0, 1, 1, 1}));
  other.run("COMMIT");
  EXPECT_TRUE(wait().append("room:a", {"x"}));
}

TEST_F(journal_file_test, a_changed_image_is_not_delivered) {
  make(1);
  start();
  ASSERT_TRUE(wait().open("room:a", keep_all()));
  ASSERT_TRUE(wait().save("room:a", {1, "image"}));
  store.reset();
  change("UPDATE images SET body = CAST('imago' AS BLOB)");
  start();
  const auto head = wait().open("room:a", keep_all());
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().code, errc::internal);
  EXPECT_THAT(
      head.error().message, HasSubstr("the image of room:a is damaged"));
}

TEST_F(journal_file_test, the_wal_is_bounded_and_gone_after_the_end) {
  settings.wal_pages_max = 20;
  start();
  ASSERT_TRUE(wait().open("room:a", keep_all()));
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(wait().append("room:a", bodies(50)));
  const auto wal = settings.path + "-wal";
  EXPECT_LT(std::filesystem::file_size(wal), 200u * 4096);
  EXPECT_GE(store->counts().file_bytes, 200u * 50 * 150);
  store.reset();
  EXPECT_FALSE(std::filesystem::exists(wal));
}

} // namespace rookery

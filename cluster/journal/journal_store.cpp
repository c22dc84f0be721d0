#include "cluster/journal/journal_store.hpp"

#include "cluster/journal/packed_entries.hpp"

namespace rookery {

namespace {

topic_row topic_of(const sqlite_statement::use& row) {
  return {row.number(0),
          std::string{row.blob(1)},
          std::string{row.blob(2)},
          row.unsigned_number(3),
          row.unsigned_number(4),
          row.number(5),
          row.number(6)};
}

log_place place_of(const sqlite_statement::use& row) {
  return {row.unsigned_number(0), row.unsigned_number(1), row.number(2)};
}

} // namespace

journal_store::journal_store(sqlite_connection& db)
    : db_(db)
    , begin_(db, "BEGIN IMMEDIATE")
    , commit_(db, "COMMIT")
    , find_topic_(
          db,
          "SELECT id, name, epoch, reaches, gone, opened, age_ms FROM topics "
          "WHERE name = ?1")
    , topic_(
          db,
          "SELECT id, name, epoch, reaches, gone, opened, age_ms FROM topics "
          "WHERE id = ?1")
    , add_topic_(
          db, "INSERT INTO topics (name, epoch, reaches, gone, opened, age_ms) "
              "VALUES (?1, ?2, 0, 0, ?3, 0)")
    , set_age_(db, "UPDATE topics SET age_ms = ?2 WHERE id = ?1")
    , set_reaches_(
          db, "UPDATE topics SET reaches = ?2, gone = ?3 WHERE id = ?1")
    , remove_topic_(db, "DELETE FROM topics WHERE id = ?1")
    , remove_image_(db, "DELETE FROM images WHERE topic = ?1")
    , topics_(
          db,
          "SELECT id, name, epoch, reaches, gone, opened, age_ms FROM topics "
          "WHERE id > ?1 ORDER BY id LIMIT ?2")
    , put_fresh_(
          db,
          "INSERT INTO fresh (seq, topic, last, entries, bytes, stamp, pack) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
    , fresh_pack_(db, "SELECT pack FROM fresh WHERE seq = ?1")
    , drop_fresh_(db, "DELETE FROM fresh WHERE seq <= ?1")
    , each_fresh_(
          db, "SELECT topic, seq, last, entries, bytes, stamp FROM fresh "
              "ORDER BY seq")
    , put_settled_(
          db, "INSERT INTO settled (topic, last, entries, total, stamp, pack) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
    , last_settled_(
          db, "SELECT last, total, stamp FROM settled WHERE topic = ?1 "
              "ORDER BY last DESC LIMIT 1")
    , first_settled_(
          db, "SELECT last, total, stamp FROM settled WHERE topic = ?1 "
              "ORDER BY last LIMIT ?2")
    , drop_settled_(db, "DELETE FROM settled WHERE topic = ?1 AND last <= ?2")
    , put_image_(
          db, "INSERT INTO images (topic, offset, stamp, checksum, body) "
              "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (topic) DO UPDATE SET "
              "offset = ?2, stamp = ?3, checksum = ?4, body = ?5")
    , image_place_(db, "SELECT offset, stamp FROM images WHERE topic = ?1")
    , image_(
          db,
          "SELECT offset, stamp, checksum, body FROM images WHERE topic = ?1")
    , set_stamp_(db, "UPDATE journal SET stamp = max(stamp, ?1)") {}

std::optional<topic_row> journal_store::find_topic(const std::string& name) {
  auto rows = find_topic_.with(sqlite_text{name});
  return rows.step() ? std::optional{topic_of(rows)} : std::nullopt;
}

std::optional<topic_row> journal_store::topic(int64_t id) {
  auto rows = topic_.with(id);
  return rows.step() ? std::optional{topic_of(rows)} : std::nullopt;
}

int64_t journal_store::add_topic(
    const std::string& name, const std::string& epoch, int64_t now) {
  add_topic_.run(sqlite_text{name}, sqlite_text{epoch}, now);
  return ::sqlite3_last_insert_rowid(db_.handle());
}

void journal_store::set_age(int64_t topic, int64_t age_ms) {
  set_age_.run(topic, age_ms);
}

void journal_store::set_reaches(
    int64_t topic, uint64_t reaches, uint64_t gone) {
  set_reaches_.run(topic, reaches, gone);
}

void journal_store::remove_topic(int64_t topic) {
  remove_image_.run(topic);
  remove_topic_.run(topic);
}

std::vector<topic_row> journal_store::topics(int64_t after, int64_t most) {
  std::vector<topic_row> found;
  for (auto rows = topics_.with(after, most); rows.step();)
    found.push_back(topic_of(rows));
  return found;
}

void journal_store::put_fresh(
    int64_t seq, int64_t topic, const entry_pack& pack) {
  put_fresh_.run(
      seq, topic, pack.last, uint64_t{pack.entries}, pack.bytes, pack.stamp,
      std::string_view{pack.data});
}

void journal_store::join_fresh(int64_t seq, std::string& to) {
  auto rows = fresh_pack_.with(seq);
  if (rows.step())
    to.append(rows.blob(0));
  else
    db_.fail(SQLITE_CORRUPT, "a batch is missing");
}

void journal_store::each_fresh(
    const std::function<void(int64_t topic, const fresh_row&)>& see) {
  for (auto rows = each_fresh_.with(); rows.step();)
    see(rows.number(0), {rows.number(1), rows.unsigned_number(2),
                         static_cast<uint32_t>(rows.number(3)),
                         rows.unsigned_number(4), 0, rows.number(5)});
}

void journal_store::put_settled(int64_t topic, const entry_pack& pack) {
  put_settled_.run(
      topic, pack.last, uint64_t{pack.entries}, pack.total, pack.stamp,
      std::string_view{pack.data});
}

std::optional<log_place> journal_store::last_settled(int64_t topic) {
  auto rows = last_settled_.with(topic);
  return rows.step() ? std::optional{place_of(rows)} : std::nullopt;
}

std::vector<log_place>
journal_store::first_settled(int64_t topic, int64_t most) {
  std::vector<log_place> found;
  for (auto rows = first_settled_.with(topic, most); rows.step();)
    found.push_back(place_of(rows));
  return found;
}

void journal_store::drop_settled(int64_t topic, uint64_t last) {
  drop_settled_.run(topic, last);
}

void journal_store::put_image(
    int64_t topic, const journal_image& image, int64_t stamp) {
  const int64_t sum = entry_checksum(topic, image.offset, stamp, image.body);
  put_image_.run(topic, image.offset, stamp, sum, std::string_view{image.body});
}

std::optional<std::pair<uint64_t, int64_t>>
journal_store::image_place(int64_t topic) {
  auto rows = image_place_.with(topic);
  if (!rows.step())
    return std::nullopt;
  return std::pair{rows.unsigned_number(0), rows.number(1)};
}

result<std::optional<journal_image>>
journal_store::image(const topic_log& topic) {
  auto rows = image_.with(topic.id);
  if (!rows.step())
    return std::nullopt;
  journal_image found{rows.unsigned_number(0), std::string{rows.blob(3)}};
  if (entry_checksum(topic.id, found.offset, rows.number(1), found.body)
      != rows.number(2))
    return refuse(
        errc::internal, "journal " + db_.path() + ": the image of " + topic.name
                            + " is damaged");
  return found;
}

} // namespace rookery

#pragma once

#include "cluster/journal/sqlite.hpp"
#include "cluster/journal/topic_table.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rookery {

/// One pack of entries (packed_entries.hpp) on its way into the file.
struct entry_pack {
  uint64_t last = 0;
  uint32_t entries = 0;
  uint64_t bytes = 0; // of bodies
  uint64_t total = 0; // log_place, of the last
  int64_t stamp = 0;  // of the last
  std::string data;
};

/// What the row of a topic says.
struct topic_row {
  int64_t id = 0;
  std::string name;
  std::string epoch;
  uint64_t reaches = 0;
  uint64_t gone = 0;  // bytes of the bodies that are gone
  int64_t opened = 0; // stamp of its making
  int64_t age_ms = 0; // of the retention that it was last opened with; 0: none
};

/// The writer's statements, each a function. docs/decisions/0008-journal.md
/// says why the tables are what they are.
///
///     fresh(seq, topic, last, ...)   batches in the order of their coming
///     settled(topic, last, ...)      mostly 64 to 128 entries of a topic
///
/// A topic's fresh rows are copied to `settled` together; the rows stay, dead,
/// until all that came before is dead too. A failure sticks to the connection.
/// Thread: the writer's.
class journal_store {
public:
  explicit journal_store(sqlite_connection& db);
  sqlite_connection& db() noexcept { return db_; }

  void begin() { begin_.run(); }
  void commit() { commit_.run(); }

  std::optional<topic_row> find_topic(const std::string& name);
  std::optional<topic_row> topic(int64_t id);
  int64_t
  add_topic(const std::string& name, const std::string& epoch, int64_t now);
  void set_age(int64_t topic, int64_t age_ms);
  void set_reaches(int64_t topic, uint64_t reaches, uint64_t gone);
  /// Nothing else of it is left, but its image.
  void remove_topic(int64_t topic);
  /// Topics behind `after`, by id.
  std::vector<topic_row> topics(int64_t after, int64_t most);

  void put_fresh(int64_t seq, int64_t topic, const entry_pack& pack);
  /// Puts the pack of a row behind `to`. A row that is missing is a failure.
  void join_fresh(int64_t seq, std::string& to);
  /// Rows up to `seq` leave.
  void drop_fresh(int64_t seq) { drop_fresh_.run(seq); }
  /// All rows in order; `row.total` is not known yet.
  void
  each_fresh(const std::function<void(int64_t topic, const fresh_row&)>& see);

  void put_settled(int64_t topic, const entry_pack& pack);
  std::optional<log_place> last_settled(int64_t topic);
  /// Where the first rows of a topic end.
  std::vector<log_place> first_settled(int64_t topic, int64_t most);
  void drop_settled(int64_t topic, uint64_t last);

  void put_image(int64_t topic, const journal_image& image, int64_t stamp);
  /// Offset and stamp.
  std::optional<std::pair<uint64_t, int64_t>> image_place(int64_t topic);
  /// Refused when it is damaged.
  result<std::optional<journal_image>> image(const topic_log& topic);

  /// The greatest stamp that is anywhere but in the last fresh row.
  void set_stamp(int64_t stamp) { set_stamp_.run(stamp); }

private:
  sqlite_connection& db_;
  sqlite_statement begin_, commit_;
  sqlite_statement find_topic_, topic_, add_topic_, set_age_, set_reaches_,
      remove_topic_, remove_image_, topics_;
  sqlite_statement put_fresh_, fresh_pack_, drop_fresh_, each_fresh_;
  sqlite_statement put_settled_, last_settled_, first_settled_, drop_settled_;
  sqlite_statement put_image_, image_place_, image_, set_stamp_;
};

} // namespace rookery

#pragma once

#include "cluster/journal/journal_store.hpp"

namespace rookery {

/// Lets go of what the topic's retention gives up, if it is worth a look: the
/// topic has grown by an eighth of its bounds since the last one, has another
/// image, or time has passed. Whole rows leave, so that up to
/// 127 entries more are kept; at most 64 rows in one call. Moves `log->next`.
/// Thread: the writer's.
void trim(
    journal_store& store, topic_table& topics, const topic_table::pointer& log,
    int64_t now);

/// Removes topics that nobody uses and all of whose entries are too old, a few
/// in each step, so that the file does not grow by every name that was ever
/// used. Thread: the writer's.
class sweeper {
public:
  sweeper(journal_store& store, topic_table& topics)
      : store_(store)
      , topics_(topics) {}

  /// Within a transaction. True: all topics have been looked at.
  bool step(int64_t now);

private:
  bool outdated(const topic_row& topic, int64_t now);
  bool remove(const topic_row& topic);

  journal_store& store_;
  topic_table& topics_;
  int64_t seen_ = 0; // id
};

} // namespace rookery

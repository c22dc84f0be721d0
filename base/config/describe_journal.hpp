#pragma once

#include "base/config/config.hpp"
#include "base/config/options.hpp"

// The options of the journal; see base/config/describe.hpp.

namespace rookery {

template <class Visitor>
void describe(Visitor& v, journal_config& journal) {
  using namespace option;
  v.option(
      "store", journal.store,
      words<log_store, 2>{
          {{{"memory", log_store::memory}, {"file", log_store::file}}}},
      "Where the logs of rooms are. memory ends with the process; file is a "
      "SQLite database that a restarted node goes on with.");
  v.option(
      "file", journal.file, text{"the name of a file", check_file_name},
      "The database of store = file. It is made where there is none, in a "
      "folder that must exist; beside it lie files with -wal, -shm and .lock "
      "behind the name.");
  v.option(
      "sync", journal.sync,
      words<journal_sync, 2>{
          {{{"always", journal_sync::always},
            {"checkpoint", journal_sync::checkpoint}}}},
      "What a receipt means. always: the disk has it, also after a power "
      "failure. checkpoint: the system has it, so it outlives the process; a "
      "power failure takes the last seconds, and all rooms begin anew.");
  v.option(
      "check", journal.check, flag{},
      "Looks through the file at start, so that damage is found before it is "
      "served; takes about a second for each GiB.");
  v.option(
      "backlog-messages-max", journal.backlog_messages_max,
      number{1, 100'000'000, "messages"},
      "Messages that wait for the disk; the next one is refused (error 108).");
  v.option(
      "backlog-bytes-max", journal.backlog_bytes_max,
      bytes{64 << 10, uint64_t{64} << 30},
      "Bytes that wait for the disk; at least one longest message.");
}

} // namespace rookery

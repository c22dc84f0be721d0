#pragma once

#include "cluster/bus/nats_bus.hpp"
#include "cluster/journal/journal_clock.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace rookery {

enum class stream_storage : uint8_t { file, memory };

struct jetstream_settings {
  std::vector<std::string> servers; // "nats://host:4222"
  nats_login login;
  nats_tls tls;
  std::string connection_name; // shown by the server; empty: "journal <name>"
  std::string inbox_prefix = "_INBOX"; // what the login may subscribe to
  /// Letters, digits, '-' and '_'. The streams are `log-<name>` and
  /// `image-<name>`, the subjects `log.<name>.*`, `live.<name>.*` and
  /// `image.<name>.>`.
  std::string name;

  // Of the streams. The limits bound what a topic's own retention keeps: what
  // is over them goes, image or not.
  stream_storage storage = stream_storage::file;
  int64_t replicas = 1;
  /// Batches, of which each holds an entry at least. 0: without end.
  int64_t batches_per_topic_max = 10'000;
  int64_t bytes_max = 0;           // of all topics; 0: without end
  std::chrono::seconds age_max{0}; // 0: without end
  /// How long the server knows a batch again by its id.
  std::chrono::seconds dedupe_window{120};

  /// What may wait for the server, of all topics; more is refused at once.
  uint64_t backlog_entries_max = 65'536;
  uint64_t backlog_bytes_max = 64 * 1024 * 1024;
  uint64_t reads_max = 16'384; // that may wait
  /// Of each topic: what may wait to become news. More is dropped, and read
  /// from the stream. Without messages none are asked for: what is stored is
  /// found by checks.
  std::size_t live_messages_max = 1'024;
  std::size_t live_bytes_max = 8 * 1024 * 1024;
  /// An image may be longer than a message, and is stored in parts then.
  uint64_t image_bytes_max = 64 * 1024 * 1024;
  uint64_t image_part_bytes = 512 * 1024;
  /// More in flight than these only adds latency.
  uint64_t appends_in_flight_max = 256;
  /// After which a call is refused.
  std::chrono::milliseconds deadline{10'000};
  /// After which the server is asked once more, with the same id.
  std::chrono::milliseconds try_deadline{2'000};
  std::chrono::milliseconds retry_pause{100};
  std::chrono::milliseconds reconnect_wait{250};
  /// How often each topic's last message is looked at, as a live one that was
  /// lost shows only by the next.
  std::chrono::milliseconds tail_check{30'000};
  /// So long the news of a batch may come after its receipt; then the topic's
  /// last message is looked at.
  std::chrono::milliseconds news_patience{100};

  clock_source clock; // what tests change
  /// The connection has ended for good: the login is refused by now. On the
  /// journal's thread; nothing is stored or read any more.
  std::function<void()> on_closed;
};

} // namespace rookery

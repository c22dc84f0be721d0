#pragma once

#include "cluster/jetstream/jetstream_settings.hpp"
#include "cluster/journal/journal.hpp"

#include <atomic>
#include <memory>

namespace rookery {

/// A journal of several nodes: a stream of NATS JetStream, which also sends
/// each batch to whoever follows `live.<name>.<token of the topic>`.
///
/// Otherwise than the contract has it:
/// - Offsets rise but are not dense (stream_message.hpp).
/// - A topic keeps what the limits of the stream leave, image or not; its own
///   retention is only compared, and a shortage is logged once.
/// - `reaches` in receipts may be behind by an eighth of
///   `batches_per_topic_max`; in heads and pages it is as it is.
/// - The epoch is that of the stream, for all topics. If the stream is made
///   anew, all topics are closed: their calls give `not_available`.
/// - So are those of a topic to which somebody else appended: one node at a
///   time appends to a topic, and each batch says what it is behind.
/// - A batch that was refused at its deadline may have been stored. Given again
///   with its id it gets its receipt, as long as the topic stays open and
///   nothing follows it, or within `dedupe_window`.
///
/// One thread of its own does all; none waits for the server, but to look at
/// the streams after a connection came back: `try_deadline` for each question.
class jetstream_journal final : public journal {
public:
  /// Connects, and makes or adapts the streams. Blocks for seconds at most.
  static result<std::unique_ptr<jetstream_journal>>
  open(jetstream_settings settings);
  ~jetstream_journal() override;
  jetstream_journal(const jetstream_journal&) = delete;
  jetstream_journal& operator=(const jetstream_journal&) = delete;

  void open(
      std::string topic, const journal_retention& keep,
      done<journal_head> answer) override;
  void append(
      std::string topic, journal_batch batch,
      done<journal_receipt> answer) override;
  void read(
      std::string topic, const journal_range& range,
      done<journal_page> answer) override;
  void
  save(std::string topic, journal_image image, done<uint64_t> answer) override;
  void close(std::string topic) override;
  void stop() override;
  int64_t now() const override;
  journal_counts counts() const override;

private:
  class engine;
  explicit jetstream_journal(std::unique_ptr<engine> made);
  std::unique_ptr<engine> engine_;
  std::atomic<bool> warned_{false}; // once is enough
};

} // namespace rookery

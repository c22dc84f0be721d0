#pragma once

#include "cluster/jetstream/jetstream_settings.hpp"
#include "cluster/journal/journal.hpp"

#include <atomic>
#include <memory>

namespace rookery {

/// A shared journal: a stream of NATS JetStream, which puts what all nodes
/// append into one order, and sends each batch to whoever follows its topic.
///
/// Otherwise than the contract has it:
/// - Offsets rise but are not dense (stream_message.hpp).
/// - A topic keeps what the limits of the stream leave, image or not; its own
///   retention is only compared, and a shortage is logged once.
/// - `reaches` is the offset before the first one that is left, whether or not
///   there was an entry. In receipts it may be behind by an eighth of
///   `batches_per_topic_max`; in heads and pages it is as it is.
/// - The epoch is that of the stream, for all topics. If the stream is made
///   anew, all topics are closed: their followers are told, their calls give
///   `not_available`.
/// - A follower that has to read what it missed, and finds that it may have
/// gone
///   by the stream's limits, is told that the topic is closed.
/// - A batch that was refused at its deadline may be stored later. Given again
///   with its id it gets its receipt if it was the topic's last that was
///   appended here and is known from its news, or within `dedupe_window`.
/// - A topic can be open and not followed: for who reads. Its receipts do not
///   wait for news. Who appends follows: else he may take a topic for empty
///   whose batches came after he opened it and have gone, and followers take
///   his for the first of another log.
///
/// One thing is done at a time, by a thread of its own or by one that calls,
/// which calls followers, too. None waits for the server, but one that looks at
/// the streams after a connection came back: `try_deadline` for each question.
class jetstream_journal final : public journal {
public:
  /// Connects, and makes or adapts the streams. Blocks for seconds at most.
  /// `unauthorized`: the login is refused; `bad_request`: settings are wrong,
  /// or JetStream is not enabled for the account; `conflict`: the streams are
  /// there in another form; `not_available`: to be tried again.
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
  void follow(std::string topic, follower news) override;
  bool is_shared() const noexcept override { return true; }
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

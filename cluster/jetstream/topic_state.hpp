#pragma once

#include "cluster/jetstream/stream_access.hpp"
#include "cluster/jetstream/tail_checks.hpp"
#include "cluster/jetstream/topic_follower.hpp"
#include "cluster/journal/journal.hpp"
#include "cluster/journal/journal_meter.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rookery {

/// One topic, while it is open or something is to be done for it. Its calls
/// are done one behind the other: those that write, and those that read beside
/// them.
struct topic_state {
  using done = std::function<void()>; // the next may begin
  using work = std::function<void(done)>;

  std::string name;
  std::string token;
  bool open = false;
  std::string epoch;
  /// Begins the ids of all batches since it was opened, so that they are known
  /// again, and others are known to be of others.
  std::string id_prefix;
  uint64_t newest = 0;  // offset, as far as it is known
  uint64_t reaches = 0; // as found last
  /// A batch may have been stored that had no receipt.
  bool unsure = false;
  uint64_t unlooked = 0; // batches since `reaches` was found
  // The batch that was appended here and stored last.
  uint64_t batch_id = 0;
  uint64_t batch_sequence = 0;
  journal_receipt receipt;
  /// Parts of images whose end is not known: they go with the next image.
  std::vector<std::string> stray_parts;

  journal::follower news; // for the next time that it is opened
  std::shared_ptr<topic_follower> follower;

  std::deque<work> writes, reads; // waiting, and at work: the first

  void remember(uint64_t sequence, const journal_news& own) {
    batch_id = own.batch;
    batch_sequence = sequence;
    receipt = {{}, own.records.front().stamp, reaches};
    for (const auto& one : own.records)
      receipt.offsets.push_back(one.offset);
  }
};

/// What the calls of a journal share.
///
/// Thread: that of the loop, but for `clock`, `stamp_floor`, `meter`, `door`.
struct jetstream_parts {
  jetstream_parts(
      const jetstream_settings& with, work_loop& in, stream_access& of,
      jetstream_link& over, journal_meter& told)
      : settings(with)
      , loop(in)
      , door(std::make_shared<loop_door>(in))
      , names(with.name)
      , access(of)
      , link(over)
      , meter(told)
      , clock(0, with.clock) {}
  ~jetstream_parts() { door->shut(); }
  jetstream_parts(const jetstream_parts&) = delete;
  jetstream_parts& operator=(const jetstream_parts&) = delete;

  const jetstream_settings& settings;
  work_loop& loop;
  std::shared_ptr<loop_door> door;
  stream_names names;
  stream_access& access;
  jetstream_link& link;
  journal_meter& meter;
  journal_clock clock;
  /// The greatest stamp that was found in a log: no stamp is below.
  std::atomic<int64_t> stamp_floor{0};
  std::string epoch;
  /// The log stream's last sequence, as far as it is known: what is before is
  /// gone if the stream is empty.
  uint64_t sequence_seen = 0;
  uint64_t ids = 0;  // given
  std::string nonce; // of this process, before all ids
  tail_checks checks;
  bool told_of_parts = false; // that do not fit; once is enough
  work_loop::work doubt;      // the stream may have been made anew
  /// A topic was closed by its follower.
  std::function<void(const std::string& topic)> ended;

  int64_t stamp() const {
    return std::max(clock.now(), stamp_floor.load(std::memory_order_relaxed));
  }
  void saw(int64_t stamp) {
    if (stamp > stamp_floor.load(std::memory_order_relaxed))
      stamp_floor.store(stamp, std::memory_order_relaxed);
  }
  std::string next_id() { return nonce + "." + std::to_string(++ids); }
  /// Empty: calls of the topic can be done.
  std::string closed(const topic_state& topic) const {
    if (!topic.open)
      return "the journal has not opened " + topic.name;
    return topic.epoch == epoch ? "" : topic.name + ": the stream is another";
  }
  std::string log_subject(const topic_state& of) const {
    return names.log_prefix + of.token;
  }
  std::string image_subject(const topic_state& of) const {
    return names.image_prefix + of.token;
  }
};

using topic_pointer = std::shared_ptr<topic_state>;
using call_deadline = work_loop::clock::time_point;

// Each answers once, until its deadline, in the loop.

void open_topic(
    jetstream_parts& parts, const topic_pointer& topic, call_deadline deadline,
    journal::done<journal_head> answer);
void append_batch(
    jetstream_parts& parts, const topic_pointer& topic, journal_batch batch,
    call_deadline deadline, journal::done<journal_receipt> answer);
/// None: there is none, or its parts do not fit. That of another epoch is none.
void find_image(
    jetstream_parts& parts, const topic_pointer& topic, call_deadline deadline,
    journal::done<std::optional<journal_image>> answer);
void save_image(
    jetstream_parts& parts, const topic_pointer& topic, journal_image image,
    call_deadline deadline, journal::done<uint64_t> answer);
/// `range.newest_first` is for the other.
void read_page(
    jetstream_parts& parts, const topic_pointer& topic,
    const journal_range& range, call_deadline deadline,
    journal::done<journal_page> answer);
void read_back(
    jetstream_parts& parts, const topic_pointer& topic,
    const journal_range& range, call_deadline deadline,
    journal::done<journal_page> answer);

} // namespace rookery

#pragma once

#include "base/error.hpp"
#include "base/metrics/journal_counts.hpp"
#include "cluster/journal/journal_bodies.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

// The durable part of logs. A journal puts the entries of each topic in order,
// keeps them as far as its retention says, and gives them back. What an entry
// holds is nobody's business here.
//
// Every call returns at once; `done` is called once, later, on a thread of the
// journal, or within the call where it is refused at once. It must neither wait
// nor throw; it may call the journal.
//
// For one topic the answers to `open`, `append` and `save` come in the order of
// the calls, and so do the answers to `read`. Between the two there is no
// order, since a replay does not wait for the disk: a read sees all that was
// answered before it was given, and perhaps more.

/// One entry as it stands in the log.
struct journal_record {
  uint64_t offset = 0;
  int64_t stamp = 0; // journal_clock: ms since 1970, never falls
  std::string body;
};

/// How much of a topic's log is kept: what is within all three bounds. A
/// journal may keep more, never less, but for `lost` files. Without an image
/// all is kept, and with one all that follows it: only an image makes entries
/// expendable.
struct journal_retention {
  uint64_t entries_max = 0;
  uint64_t bytes_max = 0;           // of bodies
  std::chrono::milliseconds age{0}; // 0: without end
  /// Entries that are so young stay, at most so many of them: who tries again
  /// is known by them.
  uint64_t young_entries_max = 0;
  std::chrono::milliseconds young_age{0};

  bool operator==(const journal_retention&) const = default;
};

/// A state that somebody stored: it stands for all entries up to `offset`.
struct journal_image {
  uint64_t offset = 0;
  std::string body;
};

/// A topic's log as it is found.
struct journal_head {
  std::string epoch;
  uint64_t newest = 0; // offset; 0: nothing was ever appended
  /// Nothing after it is gone; `newest` when nothing is left, 0 when nothing is
  /// gone.
  uint64_t reaches = 0;
  std::optional<journal_image> image; // the newest
};

struct journal_batch {
  /// The batch that was stored last for this topic, given again, is not stored
  /// again and gets the same receipt: for who got no answer. It is known until
  /// the topic is closed. 0: never.
  uint64_t id = 0;
  journal_bodies bodies; // in order; not empty
};

struct journal_receipt {
  std::vector<uint64_t> offsets; // of each body, rising
  int64_t stamp = 0;             // of all
  uint64_t reaches = 0;          // as in journal_head
};

struct journal_range {
  uint64_t after = 0;       // exclusive
  uint64_t through = 0;     // inclusive
  uint64_t entries_max = 0; // one is given in any case
  uint64_t bytes_max = 0;   // of bodies; one is given even if it is longer
  bool newest_first = false;
};

struct journal_page {
  std::vector<journal_record> records; // in the order that was asked for
  /// Nothing of the range is left to read behind these.
  bool complete = false;
  uint64_t reaches = 0; // as in journal_head
};

/// A batch as it got its place in a log that several nodes append to.
struct journal_news {
  /// Of a batch that was appended here since the topic was opened, its id; 0:
  /// somebody else appended it.
  uint64_t batch = 0;
  std::vector<journal_record> records; // in order; not empty
};

// A shared journal is one that other nodes append to as well: the log of a
// topic is what all of them appended, in the one order that all of them see.
// Nobody knows what will be in front of a batch when it is stored; who appends
// learns it as everybody does, as a follower.

/// Thread: any, for all calls. Errors: `not_available` when it can not be done
/// now (backlog, disk full, no connection, topic not open), `internal` when
/// what is stored is damaged.
class journal {
public:
  virtual ~journal() = default;

  template <class T>
  using done = std::function<void(result<T>)>;

  /// Before anything else, and answered before the first `read`; again with
  /// another retention.
  virtual void open(
      std::string topic, const journal_retention& keep,
      done<journal_head> answer) = 0;
  /// Durable, as far as the journal is configured to be, when it is answered;
  /// all of the batch or nothing. One batch at a time for each topic, so that
  /// what is tried again stays in order.
  virtual void append(
      std::string topic, journal_batch batch, done<journal_receipt> answer) = 0;
  virtual void read(
      std::string topic, const journal_range& range,
      done<journal_page> answer) = 0;
  /// Replaces the image, unless the present one is newer. What only an older
  /// one needs may go from then on. Answers the offset of the image that
  /// stands. An image of what is not in the log yet is a `bad_request`.
  virtual void
  save(std::string topic, journal_image image, done<uint64_t> answer) = 0;
  /// Of a shared journal, before `open`: from its answer on `news` is called
  /// for each batch behind `journal_head::newest`, whoever appended it, in
  /// order, none missing and none twice, also when connections or servers come
  /// and go. A batch that is appended here is news before its receipt is
  /// answered, and may be so after it was refused at its deadline. An error is
  /// the last call: the log is another one or was lost sight of, the topic is
  /// closed, and has to be opened again. As with answers: one at a time, never
  /// waits or throws.
  using follower = std::function<void(result<journal_news>)>;
  virtual void follow(std::string topic, follower news) {
    static_cast<void>(topic);
    static_cast<void>(news);
  }
  virtual bool is_shared() const noexcept { return false; }
  /// The topic is not in use here any more, once what was given before is
  /// answered; it can be opened again. Nothing is news afterwards.
  virtual void close(std::string topic) = 0;

  /// Returns when all that was given is answered; refuses what comes later.
  virtual void stop() = 0;

  /// The stamp that an entry would get now.
  virtual int64_t now() const = 0;
  virtual journal_counts counts() const = 0;
};

} // namespace rookery

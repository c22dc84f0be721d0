#pragma once

#include "cluster/jetstream/live_feed.hpp"
#include "cluster/jetstream/stream_access.hpp"
#include "cluster/journal/journal.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rookery {

struct jetstream_parts;
struct topic_state;

/// Hands out a topic's batches as they get their place, each once and in order.
/// Most come by themselves; what is missing before one that came, or at the
/// end, is read from the stream while others wait in the feed.
///
/// Thread: that of the loop. It may be called after its end.
class topic_follower : public std::enable_shared_from_this<topic_follower> {
public:
  /// `topic` is touched until the end only.
  topic_follower(
      jetstream_parts& parts, topic_state& topic, journal::follower news);

  /// Where the log ends as it was found.
  struct place {
    uint64_t sequence = 0; // all through it is known or gone
    bool is_batch = false; // the topic has a batch there
    int64_t stamp = 0;     // of that
  };

  /// Before the end of the log is looked for. False: it can not.
  [[nodiscard]] bool listen();
  /// From now on there is news of all behind `at`.
  void begin(const place& at);
  void replace(journal::follower news) { news_ = std::move(news); }
  uint64_t sequence() const noexcept { return place_.sequence; }
  bool over() const noexcept { return over_; }

  /// A batch of this node that was stored right behind `before`, as the server
  /// has found: it is news now, if all until there was.
  void take_own(
      uint64_t before, uint64_t sequence, const std::string& id,
      std::string_view data);
  /// `then` once all through `sequence` was news; with false at the deadline,
  /// and at the end. One at a time.
  void await(
      uint64_t sequence, work_loop::clock::time_point deadline,
      std::function<void(bool)> then);
  /// Looks at the topic's last message. `done` is called in any case.
  void check(work_loop::work done);
  /// Whether it waits for a check already.
  bool check_asked = false;

  void end();
  /// Ends with `why` as the last news, and closes the topic.
  void fail(failure why);

private:
  using found = stream_access::found;
  struct held {
    uint64_t sequence = 0;
    work_loop::clock::time_point deadline;
    std::function<void(bool)> then;
    work_loop::timer timer;
  };

  void plan_check(std::chrono::milliseconds pause);
  void hear(natsMsg* message);
  void drain();
  bool deliver(uint64_t sequence, const std::string& id, std::string_view data);
  uint64_t own_id(const std::string& id) const;
  void repair(uint64_t target);
  void read_on();
  void on_found(result<found> said);
  void on_none();
  void verify();
  void on_first(result<found> said);
  void pause_repair();
  void hand_out();
  void watch_held();
  void release(bool well);

  jetstream_parts& parts_;
  topic_state& topic_;
  journal::follower news_;
  live_feed feed_;
  jetstream_link::listening listening_;
  std::size_t passed_ = 0; // hash of the own batch that was handed out last
  place place_;
  bool begun_ = false;
  bool over_ = false;

  bool repairing_ = false;
  uint64_t target_ = 0;  // a message that is known to be there
  uint64_t reached_ = 0; // read, not handed out
  std::vector<stored_message> page_;
  uint64_t page_bytes_ = 0;
  work_loop::clock::time_point repair_until_;

  std::optional<held> held_;
};

} // namespace rookery

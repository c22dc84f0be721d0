#pragma once

#include "cluster/jetstream/work_loop.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace rookery {

/// A stored message as it was sent on.
struct live_message {
  uint64_t sequence = 0;
  uint64_t last = 0; // of the subject before it; 0: nothing that is left
  std::string id;    // Nats-Msg-Id
  std::string data;
};

/// Live messages of one topic on their way from a thread of NATS.c to the loop,
/// within two bounds; one that comes alone may pass that of bytes. At a bound
/// all are dropped: what is stored can be read.
///
/// Thread: `push` from any, `take` and `pass` from that of the loop.
class live_feed {
public:
  struct taken {
    std::deque<live_message> messages;
    bool lost = false; // some are missing, perhaps the newest
  };

  /// `wake` is called when there is something after there was nothing.
  live_feed(
      std::size_t messages_max, std::size_t bytes_max, work_loop::work wake)
      : messages_max_(messages_max)
      , bytes_max_(bytes_max)
      , wake_(std::move(wake)) {}

  /// `lost`: NATS.c has dropped some before this one.
  void push(live_message one, bool lost) {
    {
      const std::lock_guard guard{lock_};
      const bool was_empty = ready_.messages.empty() && !ready_.lost;
      ready_.lost = ready_.lost || lost;
      bytes_ += one.data.size();
      ready_.messages.push_back(std::move(one));
      const auto count = ready_.messages.size();
      if (count > messages_max_ || (count > 1 && bytes_ > bytes_max_)) {
        ready_.messages.clear();
        bytes_ = 0;
        ready_.lost = true;
      }
      if (!was_empty)
        return;
    }
    wake_();
  }
  /// A batch of this node was handed out before it came. That is how most come;
  /// it is not worth more than a look. Nobody else stores the same behind the
  /// same batch, and if two were alike, the next would show that one is
  /// missing.
  void pass(std::string_view data) noexcept { passed_ = mark_of(data); }
  /// Thread: any.
  bool knows(std::string_view data) const noexcept {
    return passed_ == mark_of(data);
  }
  taken take() {
    const std::lock_guard guard{lock_};
    bytes_ = 0;
    return std::exchange(ready_, {});
  }

private:
  static uint64_t mark_of(std::string_view data) noexcept {
    return std::hash<std::string_view>{}(data);
  }

  const std::size_t messages_max_;
  const std::size_t bytes_max_;
  const work_loop::work wake_;
  std::atomic<uint64_t> passed_{0};
  std::mutex lock_;
  taken ready_;
  std::size_t bytes_ = 0;
};

} // namespace rookery

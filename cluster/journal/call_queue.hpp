#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace rookery {

/// What calls weigh. Each counts as an entry at least.
struct call_load {
  uint64_t entries = 0;
  uint64_t bytes = 0;

  bool fits(const call_load& more, const call_load& most) const noexcept {
    return entries + more.entries <= most.entries
           && bytes + more.bytes <= most.bytes;
  }
  call_load& operator+=(const call_load& more) noexcept {
    entries += more.entries;
    bytes += more.bytes;
    return *this;
  }
};

/// Calls that wait for a thread, and those it is at work on: both count against
/// the two bounds, which one call that comes alone may pass. Thread: `push`,
/// `load` any; the others that of the consumer, but `close`: who joins that
/// thread then.
template <class Call>
class call_queue {
public:
  using clock = std::chrono::steady_clock;
  struct round {
    std::vector<Call> calls; // none: time is up, or `over`
    call_load load;
    bool over = false; // closed, and nothing will come
  };

  explicit call_queue(const call_load& most)
      : most_(most) {}

  /// False, and `call` is as it was: full, or closed. Never waits for room.
  [[nodiscard]] bool push(Call& call, const call_load& load) {
    return push_if(call, load, false);
  }
  /// For calls that can not be refused; something else bounds them.
  [[nodiscard]] bool push_always(Call& call) {
    return push_if(call, {1, 0}, true);
  }

  /// The next calls, one at least, and not more than `most` weigh together.
  round take(const call_load& most, clock::time_point until) {
    std::unique_lock guard{lock_};
    filled_.wait_until(
        guard, until, [&] { return begin_ < waiting_.size() || closed_; });
    round taken;
    while (begin_ < waiting_.size()) {
      auto& [call, load] = waiting_[begin_];
      if (!taken.calls.empty() && !taken.load.fits(load, most))
        break;
      taken.calls.push_back(std::move(call));
      taken.load += load;
      ++begin_;
    }
    if (begin_ == waiting_.size()) {
      waiting_.clear();
      begin_ = 0;
    }
    taken.over = closed_ && taken.calls.empty();
    return taken;
  }
  /// What was taken is done.
  void answered(const call_load& load) {
    const std::lock_guard guard{lock_};
    load_.entries -= load.entries;
    load_.bytes -= load.bytes;
  }

  void close() {
    const std::lock_guard guard{lock_};
    closed_ = true;
    filled_.notify_all();
  }
  call_load load() const {
    const std::lock_guard guard{lock_};
    return load_;
  }

private:
  bool push_if(Call& call, const call_load& load, bool always) {
    const std::lock_guard guard{lock_};
    const bool idle = load_.entries == 0; // one call may be over the bounds
    if (closed_ || (!always && !idle && !load_.fits(load, most_)))
      return false;
    load_ += load;
    waiting_.emplace_back(std::move(call), load);
    filled_.notify_one();
    return true;
  }

  const call_load most_;
  mutable std::mutex lock_;
  std::condition_variable filled_;
  std::vector<std::pair<Call, call_load>> waiting_; // from `begin_` on
  std::size_t begin_ = 0;
  call_load load_;
  bool closed_ = false;
};

} // namespace rookery

#pragma once

#include "cluster/journal/call_queue.hpp"

#include <condition_variable>
#include <mutex>

namespace rookery {

/// What was given and is not answered, within two bounds, which one call that
/// comes alone may pass. Thread: any.
class call_bounds {
public:
  explicit call_bounds(const call_load& most)
      : most_(most) {}

  /// False: full, or shut.
  [[nodiscard]] bool enter(const call_load& load) {
    const std::lock_guard guard{lock_};
    if (shut_ || (load_.entries > 0 && !load_.fits(load, most_)))
      return false;
    load_ += load;
    return true;
  }
  void leave(const call_load& load) {
    const std::lock_guard guard{lock_};
    load_.entries -= load.entries;
    load_.bytes -= load.bytes;
    if (load_.entries == 0)
      empty_.notify_all();
  }
  /// Nothing enters any more; returns when all have left.
  void shut() {
    std::unique_lock guard{lock_};
    shut_ = true;
    empty_.wait(guard, [this] { return load_.entries == 0; });
  }
  call_load load() const {
    const std::lock_guard guard{lock_};
    return load_;
  }

private:
  const call_load most_;
  mutable std::mutex lock_;
  std::condition_variable empty_;
  call_load load_;
  bool shut_ = false;
};

} // namespace rookery

#pragma once

#include "cluster/bus/bus.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace rookery {

inline constexpr std::chrono::seconds patience{20};

/// What came, from whatever thread. Waiting has a deadline.
template <class T>
class inbox {
public:
  void add(T one) {
    const std::lock_guard guard{lock_};
    all_.push_back(std::move(one));
    changed_.notify_all();
  }
  std::vector<T> all() const {
    const std::lock_guard guard{lock_};
    return all_;
  }
  std::size_t size() const { return all().size(); }
  bool wait(const std::function<bool(const std::vector<T>&)>& until) const {
    std::unique_lock guard{lock_};
    return changed_.wait_for(guard, patience, [&] { return until(all_); });
  }
  bool wait_for(std::size_t count) const {
    return wait([=](const auto& all) { return all.size() >= count; });
  }

private:
  mutable std::mutex lock_;
  mutable std::condition_variable changed_;
  std::vector<T> all_;
};

/// A subscription that keeps what it gets.
struct heard {
  inbox<std::string> payloads;
  inbox<bus_loss> losses;
  bus_subscription handle; // ends first

  bus_handlers handlers() {
    return {
        [this](const bus_message& m) { payloads.add(std::string{m.payload}); },
        [this](const bus_loss& loss) { losses.add(loss); }};
  }
  void listen(
      bus& on, const std::string& subject,
      const bus_pending_bounds& most = {}) {
    auto made = on.subscribe(subject, handlers(), most);
    ASSERT_TRUE(made) << made.error().message;
    handle = std::move(*made);
  }
};

inline bus_post post(std::string subject, std::string payload) {
  return {std::move(subject), std::move(payload), {}, {}};
}

} // namespace rookery

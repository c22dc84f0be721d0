#pragma once

#include "cluster/jetstream/received.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace rookery {

/// Live messages of one topic that wait while what is missing before them is
/// read, within two bounds; one that comes alone may pass that of bytes. At a
/// bound all are dropped: what is stored can be read.
class live_feed {
public:
  live_feed(std::size_t messages_max, std::size_t bytes_max)
      : messages_max_(messages_max)
      , bytes_max_(bytes_max) {}

  void push(live_message one) {
    bytes_ += one.data.size();
    ready_.push_back(std::move(one));
    if (ready_.size() <= messages_max_
        && (ready_.size() == 1 || bytes_ <= bytes_max_))
      return;
    clear();
    lost_ = true;
  }
  std::optional<live_message> take() {
    if (ready_.empty())
      return std::nullopt;
    auto next = std::move(ready_.front());
    ready_.pop_front();
    bytes_ -= next.data.size();
    return next;
  }
  void clear() {
    ready_.clear();
    bytes_ = 0;
  }
  /// Some are missing, perhaps the newest; told once.
  bool lost() noexcept { return std::exchange(lost_, false); }

private:
  const std::size_t messages_max_;
  const std::size_t bytes_max_;
  std::deque<live_message> ready_;
  std::size_t bytes_ = 0;
  bool lost_ = false;
};

} // namespace rookery

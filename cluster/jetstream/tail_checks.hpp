#pragma once

#include "cluster/jetstream/topic_follower.hpp"

namespace rookery {

/// Looks at topics' last messages, few at a time however many ask.
///
/// Thread: that of the loop. Bounded by the topics that are open.
class tail_checks {
public:
  void ask(const std::shared_ptr<topic_follower>& for_, bool first = false) {
    if (std::exchange(for_->check_asked, true))
      return;
    if (first)
      waiting_.push_front(for_);
    else
      waiting_.push_back(for_);
    run();
  }

private:
  static constexpr int at_once_max = 32;

  void run() {
    while (running_ < at_once_max && !waiting_.empty()) {
      const auto next = waiting_.front().lock();
      waiting_.pop_front();
      if (!next || next->over())
        continue;
      ++running_;
      next->check([this, next] {
        next->check_asked = false;
        --running_;
        run();
      });
    }
  }

  std::deque<std::weak_ptr<topic_follower>> waiting_;
  int running_ = 0;
};

} // namespace rookery

#pragma once

#include "actors/messages.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace rookery {

/// The connections that ended last; the oldest gives its place to the newest.
/// Thread: its owner's.
class closed_ring {
public:
  explicit closed_ring(std::size_t size_max)
      : size_max_(size_max) {}

  void push(closed_connection one) {
    if (ring_.size() < size_max_)
      ring_.push_back(std::move(one));
    else
      ring_[oldest_] = std::move(one);
    oldest_ = (oldest_ + 1) % size_max_;
  }

  /// At most `most` of them, newest first.
  recently_closed newest(std::size_t most) const {
    recently_closed found;
    const auto size = ring_.size();
    const auto wanted = std::min(most, size);
    found.all.reserve(wanted);
    for (std::size_t back = 1; back <= wanted; ++back)
      found.all.push_back(ring_[(oldest_ + size - back) % size]);
    return found;
  }

private:
  std::size_t size_max_;
  std::vector<closed_connection> ring_;
  std::size_t oldest_ = 0; // where the next one goes
};

} // namespace rookery

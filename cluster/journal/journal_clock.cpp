#include "cluster/journal/journal_clock.hpp"

#include <algorithm>
#include <utility>

namespace rookery {

using std::chrono::milliseconds;

namespace {

template <class Clock>
milliseconds time_of() {
  return std::chrono::duration_cast<milliseconds>(
      Clock::now().time_since_epoch());
}

} // namespace

clock_source::clock_source()
    : wall(time_of<std::chrono::system_clock>)
    , steady(time_of<std::chrono::steady_clock>) {}

journal_clock::journal_clock(int64_t at_least, clock_source from)
    : from_(std::move(from)) {
  const auto wall = from_.wall();
  const auto start = std::max(wall, milliseconds{at_least});
  ahead_ = start - wall;
  offset_ = start - from_.steady();
}

int64_t journal_clock::now() const {
  return (from_.steady() + offset_).count();
}

} // namespace rookery

#pragma once

#include <cstdint>

namespace rookery::load {

/// Judges what one client that comes back is sent: the numbers that it missed,
/// each once and in order, and only then that it is live.
class replay_check {
public:
  /// It is to see the numbers from `first` up to, but not including, `end`.
  void expect(uint32_t first, uint32_t end) {
    next_ = first;
    end_ = end;
    live_ = false;
  }

  [[nodiscard]] bool saw(uint32_t number) {
    return !live_ && next_ < end_ && number == next_++;
  }

  [[nodiscard]] bool live() {
    auto right = !live_ && next_ == end_;
    live_ = true;
    return right;
  }

private:
  uint32_t next_ = 0;
  uint32_t end_ = 0;
  bool live_ = false;
};

} // namespace rookery::load

#pragma once

#include <cstdint>
#include <map>
#include <memory>

namespace rookery::load {

/// What went wrong on the way to subscribers.
struct verdict {
  uint64_t lost = 0;
  uint64_t duplicated = 0;
  uint64_t reordered = 0;

  verdict& operator+=(const verdict& other);
};

/// Judges the numbers that one subscriber receives of one publisher, which
/// counts 0, 1, 2, ... Example: 0 1 3 2 2 5 of six published is one reordered
/// (2), one duplicated (2) and one lost (4).
class sequence_check {
public:
  /// False if it was there before.
  bool saw(uint32_t number) {
    if (number != next_)
      return saw_unexpected(number);
    ++next_;
    return true;
  }

  /// The verdict after `published` numbers were sent.
  [[nodiscard]] verdict judge(uint32_t published) const;

private:
  bool saw_unexpected(uint32_t number);

  /// Numbers skipped so far, as half-open ranges. No range exists as long as
  /// all is well, so twenty thousand checks cost nothing.
  using ranges = std::map<uint32_t, uint32_t>;

  uint32_t next_ = 0;
  std::unique_ptr<ranges> missing_;
  verdict so_far_;
};

} // namespace rookery::load

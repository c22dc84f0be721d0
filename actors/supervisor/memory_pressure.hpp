#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rookery {

/// What a node does about its memory; each level does what those before it do.
enum class memory_level : uint8_t {
  normal,
  shrink, // rooms keep less
  refuse, // nobody is let in
  shed,   // the worst laggards go
};

std::string_view name(memory_level level) noexcept;

/// From how much of the budget is in use to what is done about it. Pure.
///
/// The level rises by one per look, so that each means has had its time before
/// the next one is used; it falls when much less is in use than made it rise,
/// so that it does not flutter.
///
/// What rooms keep follows in steps: half as much with each look above the mark
/// of `shrink`, as long as it is a part of the budget that counts, and twice as
/// much with each look below the mark at which that level ends.
class memory_pressure {
public:
  /// In percent of the budget: a level begins at `rise` and ends below `fall`.
  /// The last begins before the budget is used up: it takes some looks.
  struct mark {
    uint64_t rise;
    uint64_t fall;
  };
  static constexpr std::array<mark, 4> marks{
      mark{0, 0}, {70, 60}, {80, 70}, {90, 80}};
  static constexpr uint64_t rings_kept = 10; // in percent, in any case
  static constexpr uint32_t halvings_max = 30;

  /// 0: without a budget the level is always normal.
  explicit memory_pressure(uint64_t budget) noexcept
      : budget_(budget) {}

  /// So many bytes are in use now, and so many of them by rooms' rings.
  memory_level look(uint64_t used, uint64_t rings) noexcept;

  /// Bytes above the mark at which `shed` ends.
  uint64_t too_much(uint64_t used) const noexcept;

  memory_level level() const noexcept { return level_; }
  uint64_t budget() const noexcept { return budget_; }
  /// The part of its bounds that a room may keep: 1, 1/2, 1/4, ...
  double share() const noexcept {
    return 1.0 / static_cast<double>(uint64_t{1} << halvings_);
  }

private:
  bool at_least(uint64_t used, uint64_t percent) const noexcept;

  uint64_t budget_;
  memory_level level_ = memory_level::normal;
  uint32_t halvings_ = 0;
};

} // namespace rookery

#include "actors/supervisor/memory_pressure.hpp"

namespace rookery {

std::string_view name(memory_level level) noexcept {
  constexpr std::array<std::string_view, 4> names{
      "normal", "shrink", "refuse", "shed"};
  return names[static_cast<std::size_t>(level)];
}

bool memory_pressure::at_least(uint64_t used, uint64_t percent) const noexcept {
  // A budget is at most 2^50 bytes: no product overflows.
  return used * 100 >= budget_ * percent;
}

uint64_t memory_pressure::too_much(uint64_t used) const noexcept {
  const auto enough = budget_ * marks.back().fall / 100;
  return used > enough ? used - enough : 0;
}

memory_level memory_pressure::look(uint64_t used, uint64_t rings) noexcept {
  if (budget_ == 0)
    return level_;
  auto at = static_cast<std::size_t>(level_);
  if (at + 1 < marks.size() && at_least(used, marks[at + 1].rise))
    ++at;
  else
    while (at > 0 && !at_least(used, marks[at].fall))
      --at;
  level_ = static_cast<memory_level>(at);
  const auto& shrinking = marks[static_cast<std::size_t>(memory_level::shrink)];
  if (at_least(used, shrinking.rise)) {
    if (at_least(rings, rings_kept) && halvings_ < halvings_max)
      ++halvings_;
  } else if (!at_least(used, shrinking.fall) && halvings_ > 0) {
    --halvings_;
  }
  return level_;
}

} // namespace rookery

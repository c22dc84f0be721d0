#include "bench/load/sequence_check.hpp"

namespace rookery::load {

verdict& verdict::operator+=(const verdict& other) {
  lost += other.lost;
  duplicated += other.duplicated;
  reordered += other.reordered;
  return *this;
}

verdict sequence_check::judge(uint32_t published) const {
  auto result = so_far_;
  if (missing_)
    for (auto [from, to] : *missing_)
      result.lost += to - from;
  if (published > next_)
    result.lost += published - next_;
  return result;
}

bool sequence_check::saw_unexpected(uint32_t number) {
  if (number > next_) {
    if (!missing_)
      missing_ = std::make_unique<ranges>();
    missing_->emplace(next_, number);
    next_ = number + 1;
    return true;
  }
  if (missing_) {
    auto range = missing_->upper_bound(number);
    if (range != missing_->begin() && number < (--range)->second) {
      auto [from, to] = *range;
      missing_->erase(range);
      if (from < number)
        missing_->emplace(from, number);
      if (number + 1 < to)
        missing_->emplace(number + 1, to);
      ++so_far_.reordered;
      return true;
    }
  }
  ++so_far_.duplicated;
  return false;
}

} // namespace rookery::load

#include "bench/load/receipt_check.hpp"

namespace rookery::load {

uint32_t receipt_check::sends(instant now) {
  sent_.push_back({now, std::nullopt});
  ++under_way_;
  return first_ + static_cast<uint32_t>(sent_.size() - 1);
}

std::optional<instant> receipt_check::saw(uint32_t id, uint64_t offset) {
  auto place = std::size_t{id} - first_;
  if (id < first_ || place >= sent_.size() || sent_[place].offset)
    return std::nullopt;
  auto sent = sent_[place].sent;
  sent_[place].offset = offset;
  --under_way_;
  for (; !sent_.empty() && sent_.front().offset; sent_.pop_front(), ++first_) {
    auto next = *sent_.front().offset;
    auto has_log = next != 0 || offset_before_ != 0;
    if (has_log && next <= offset_before_)
      return std::nullopt;
    offset_before_ = next;
  }
  return sent;
}

bool offset_check::saw(uint64_t offset) {
  return offset <= offset_max && given_.insert(offset).second;
}

} // namespace rookery::load

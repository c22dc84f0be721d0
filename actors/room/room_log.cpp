#include "actors/room/room_log.hpp"

#include "base/check.hpp"
#include "base/memory_meter.hpp"

#include <algorithm>

namespace rookery {

namespace {

/// Of a copy, whose capacity is its size. Short ones need none of their own.
std::size_t heap_bytes(const std::string& text) noexcept {
  static const auto inline_bytes = std::string{}.capacity();
  return text.size() > inline_bytes ? allocated_bytes(text.size() + 1) : 0;
}

std::size_t text_bytes(const message_event& event) noexcept {
  return heap_bytes(event.topic) + heap_bytes(event.user)
         + heap_bytes(event.data.bytes);
}
std::size_t text_bytes(const joined_event& event) noexcept {
  return heap_bytes(event.topic) + heap_bytes(event.user)
         + (event.info ? heap_bytes(event.info->bytes) : 0);
}
std::size_t text_bytes(const left_event& event) noexcept {
  return heap_bytes(event.topic) + heap_bytes(event.user)
         + heap_bytes(event.reason);
}

/// A std::deque of libstdc++ takes 512 bytes at a time.
constexpr std::size_t block_bytes = 512;
constexpr std::size_t place_bytes =
    allocated_bytes(block_bytes) / (block_bytes / sizeof(room_event));

} // namespace

std::size_t bytes_of(const room_event& event) noexcept {
  return place_bytes
         + std::visit([](const auto& one) { return text_bytes(one); }, event);
}

room_log::~room_log() {
  process_memory.give_back(memory_kind::rings, bytes_);
}

const room_event& room_log::append(room_event event) {
  ++last_;
  std::visit([this](auto& one) { one.offset = last_; }, event);
  const auto bytes = bytes_of(event);
  events_.push_back(std::move(event));
  bytes_ += bytes;
  process_memory.take(memory_kind::rings, bytes);
  evict();
  return events_.back();
}

void room_log::keep_share(double share) {
  const auto part = [share](std::size_t bound) {
    return static_cast<std::size_t>(share * static_cast<double>(bound));
  };
  limits allowed{part(bounds_.events_max), part(bounds_.bytes_max)};
  if (share < share_ && !events_.empty())
    allowed = {
        std::min(allowed.events_max, events_.size() / 2),
        std::min(allowed.bytes_max, bytes_ / 2)};
  else if (share > share_ && share < 1)
    allowed = {
        std::min(allowed.events_max, kept_.events_max * 2 + 1),
        std::min(allowed.bytes_max, kept_.bytes_max * 2 + 1)};
  kept_ = share < 1 ? allowed : bounds_;
  share_ = share;
  evict();
}

/// The newest stays, or nobody could be told.
void room_log::evict() {
  std::size_t left = 0;
  while (events_.size() > 1
         && (events_.size() > kept_.events_max
             || bytes_ - left > kept_.bytes_max)) {
    left += bytes_of(events_.front());
    events_.pop_front();
  }
  bytes_ -= left;
  process_memory.give_back(memory_kind::rings, left);
}

const room_event& room_log::at(uint64_t offset) const {
  const auto first = last_ - events_.size() + 1;
  ROOKERY_CHECK(
      offset >= first && offset <= last_, "only what is in the log is read");
  return events_[offset - first];
}

} // namespace rookery

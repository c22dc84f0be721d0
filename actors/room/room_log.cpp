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

std::size_t text_bytes(const std::optional<payload>& info) noexcept {
  return info ? heap_bytes(info->bytes) : 0;
}
std::size_t text_bytes(const message_event& event) noexcept {
  return heap_bytes(event.topic) + heap_bytes(event.user)
         + heap_bytes(event.data.bytes);
}
std::size_t text_bytes(const joined_event& event) noexcept {
  return heap_bytes(event.topic) + heap_bytes(event.user)
         + text_bytes(event.info);
}
std::size_t text_bytes(const state_event& event) noexcept {
  return heap_bytes(event.topic) + heap_bytes(event.user)
         + heap_bytes(event.patch.bytes);
}
std::size_t text_bytes(const lobby_changed_event& event) noexcept {
  const auto& e = *event.entry;
  return heap_bytes(event.topic) + heap_bytes(e.user) + heap_bytes(e.key)
         + heap_bytes(e.player) + heap_bytes(e.patch.bytes)
         + (e.rules ? text_bytes(e.rules->info) : 0);
}
std::size_t text_bytes(const lobbies_changed_event& event) noexcept {
  const auto& lobby = event.entry->lobby;
  return heap_bytes(event.topic) + heap_bytes(lobby.topic)
         + heap_bytes(lobby.epoch) + text_bytes(lobby.info);
}
std::size_t text_bytes(const left_event& event) noexcept {
  return heap_bytes(event.topic) + heap_bytes(event.user)
         + heap_bytes(event.reason);
}

} // namespace

uint64_t offset_of(const room_event& event) noexcept {
  return std::visit([](const auto& one) { return *one.offset; }, event);
}

std::size_t bytes_of(const room_event& event) noexcept {
  return std::visit([](const auto& one) { return text_bytes(one); }, event);
}

std::size_t room_log::bytes_of(const kept_event& one) noexcept {
  // A std::deque of libstdc++ takes 512 bytes at a time.
  constexpr std::size_t block_bytes = 512;
  constexpr std::size_t place_bytes =
      allocated_bytes(block_bytes) / (block_bytes / sizeof(kept_event));
  return place_bytes + rookery::bytes_of(one.event);
}

room_log::~room_log() {
  process_memory.give_back(memory_kind::rings, bytes_);
}

void room_log::begin(std::string epoch, uint64_t last) {
  while (!events_.empty())
    drop_oldest();
  epoch_ = std::move(epoch);
  last_ = floor_ = last;
}

const room_event&
room_log::append(room_event event, uint64_t offset, int64_t stamp) {
  skip(offset);
  std::visit([offset](auto& one) { one.offset = offset; }, event);
  events_.push_back({std::move(event), stamp});
  const auto bytes = bytes_of(events_.back());
  bytes_ += bytes;
  process_memory.take(memory_kind::rings, bytes);
  evict();
  return events_.back().event;
}

void room_log::skip(uint64_t offset) {
  ROOKERY_CHECK(offset > last_, "a log only grows");
  last_ = offset;
}

void room_log::expire(int64_t now) {
  if (bounds_.age_max.count() == 0)
    return;
  while (!events_.empty()
         && now - events_.front().stamp >= bounds_.age_max.count())
    drop_oldest();
}

void room_log::keep_share(double share) {
  const auto part = [share](std::size_t bound) {
    return static_cast<std::size_t>(share * static_cast<double>(bound));
  };
  limits allowed{
      part(bounds_.events_max), part(bounds_.bytes_max), bounds_.age_max};
  if (share < share_ && !events_.empty()) {
    allowed.events_max = std::min(allowed.events_max, events_.size() / 2);
    allowed.bytes_max = std::min(allowed.bytes_max, bytes_ / 2);
  } else if (share > share_ && share < 1) {
    allowed.events_max = std::min(allowed.events_max, kept_.events_max * 2 + 1);
    allowed.bytes_max = std::min(allowed.bytes_max, kept_.bytes_max * 2 + 1);
  }
  kept_ = share < 1 ? allowed : bounds_;
  share_ = share;
  evict();
}

/// The newest stays, or nobody could be told.
void room_log::evict() {
  while (events_.size() > 1
         && (events_.size() > kept_.events_max || bytes_ > kept_.bytes_max))
    drop_oldest();
}

void room_log::drop_oldest() {
  const auto bytes = bytes_of(events_.front());
  floor_ = offset_of(events_.front().event);
  events_.pop_front();
  ++left_;
  bytes_ -= bytes;
  process_memory.give_back(memory_kind::rings, bytes);
}

const room_event& room_log::operator[](uint64_t number) const {
  ROOKERY_CHECK(
      number >= left_ && number - left_ < events_.size(),
      "only what is in the log is read");
  return events_[number - left_].event;
}

int64_t room_log::stamp_of(uint64_t number) const {
  ROOKERY_CHECK(
      number >= left_ && number - left_ < events_.size(),
      "only what is in the log is read");
  return events_[number - left_].stamp;
}

uint64_t room_log::number_after(uint64_t offset) const {
  const auto found = std::partition_point(
      events_.begin(), events_.end(), [offset](const kept_event& one) {
        return offset_of(one.event) <= offset;
      });
  return left_ + static_cast<uint64_t>(found - events_.begin());
}

} // namespace rookery

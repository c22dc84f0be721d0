#include "actors/room/room_log.hpp"

#include "base/check.hpp"

namespace rookery {

namespace {

std::size_t text_bytes(const message_event& event) noexcept {
  return event.topic.size() + event.user.size() + event.data.bytes.size();
}
std::size_t text_bytes(const joined_event& event) noexcept {
  return event.topic.size() + event.user.size()
         + (event.info ? event.info->bytes.size() : 0);
}
std::size_t text_bytes(const left_event& event) noexcept {
  return event.topic.size() + event.user.size() + event.reason.size();
}

} // namespace

std::size_t bytes_of(const room_event& event) noexcept {
  return sizeof event
         + std::visit([](const auto& one) { return text_bytes(one); }, event);
}

const room_event& room_log::append(room_event event) {
  ++last_;
  std::visit([this](auto& one) { one.offset = last_; }, event);
  bytes_ += bytes_of(event);
  events_.push_back(std::move(event));
  // The newest stays, or nobody could be told.
  while (
      events_.size() > 1
      && (events_.size() > bounds_.events_max || bytes_ > bounds_.bytes_max)) {
    bytes_ -= bytes_of(events_.front());
    events_.pop_front();
  }
  return events_.back();
}

const room_event& room_log::at(uint64_t offset) const {
  const auto first = last_ - events_.size() + 1;
  ROOKERY_CHECK(
      offset >= first && offset <= last_, "only what is in the log is read");
  return events_[offset - first];
}

} // namespace rookery

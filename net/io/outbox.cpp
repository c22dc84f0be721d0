#include "net/io/outbox.hpp"

#include "base/check.hpp"
#include "base/memory_meter.hpp"

#include <new>
#include <utility>

namespace rookery {

namespace {

constexpr uint32_t first_capacity = 4;
constexpr uint32_t kept_capacity = 16; // a burst's memory is given back

} // namespace

push_result outbox::push(frame one, const outbox_limits& limits) {
  if (!fits(one.messages(), one.size(), limits))
    return push_result::full;
  append(std::move(one));
  return push_result::queued;
}

push_result outbox::push_over_oldest(
    frame one, const outbox_limits& limits, uint32_t& dropped) {
  while (!fits(one.messages(), one.size(), limits)) {
    const auto left = drop_oldest(one.source());
    if (left == 0)
      return push_result::full;
    dropped += left;
  }
  append(std::move(one));
  return push_result::queued;
}

/// Takes out the oldest frame of `source` of which nothing is sent yet; returns
/// its messages, 0 when there is none. What stands before it, which is little
/// where one topic fills the outbox, moves up.
uint32_t outbox::drop_oldest(uint32_t source) noexcept {
  uint32_t place = sent_ > 0 ? 1 : 0;
  while (place < count_ && (at(place).source() != source))
    ++place;
  if (source == 0 || place == count_)
    return 0;
  const auto left = at(place).messages();
  messages_ -= left;
  bytes_ -= static_cast<uint32_t>(at(place).size());
  for (; place > 0; --place)
    at(place) = std::move(at(place - 1));
  at(0) = frame{};
  head_ = (head_ + 1) & (capacity_ - 1);
  --count_;
  return left;
}

void outbox::push_answer(frame one) {
  append(std::move(one));
}

void outbox::push_control(frame one) {
  make_room();
  const uint32_t place = (sent_ > 0 ? 1 : 0) + controls_;
  head_ = (head_ - 1) & (capacity_ - 1);
  ++count_;
  ++controls_;
  ++messages_;
  bytes_ += static_cast<uint32_t>(one.size());
  for (uint32_t i = 0; i < place; ++i)
    at(i) = std::move(at(i + 1));
  at(place) = std::move(one);
}

void outbox::append(frame one) {
  make_room();
  bytes_ += static_cast<uint32_t>(one.size());
  messages_ += one.messages();
  at(count_) = std::move(one);
  ++count_;
}

void outbox::make_room() {
  if (count_ < capacity_)
    return;
  const uint32_t wider = capacity_ == 0 ? first_capacity : capacity_ * 2;
  auto ring = std::make_unique<frame[]>(wider);
  for (uint32_t i = 0; i < count_; ++i)
    ring[i] = std::move(at(i));
  ring_ = std::move(ring);
  meter(wider);
  head_ = 0;
}

void outbox::meter(uint32_t capacity) noexcept {
  process_memory.give_back(memory_kind::outboxes, capacity_ * sizeof(frame));
  process_memory.take(memory_kind::outboxes, capacity * sizeof(frame));
  capacity_ = capacity;
}

/// Gives back what a long queue took, when little of it is left.
void outbox::shrink() noexcept {
  if (capacity_ <= kept_capacity || count_ > first_capacity)
    return;
  std::unique_ptr<frame[]> ring;
  if (count_ > 0) {
    ring.reset(new (std::nothrow) frame[first_capacity]);
    if (!ring)
      return;
    for (uint32_t i = 0; i < count_; ++i)
      ring[i] = std::move(at(i));
  }
  ring_ = std::move(ring);
  meter(count_ > 0 ? first_capacity : 0);
  head_ = 0;
}

std::size_t outbox::gather(std::span<iovec> parts) const noexcept {
  std::size_t filled = 0;
  for (uint32_t i = 0; i < count_ && filled < parts.size(); ++i) {
    auto bytes = at(i).bytes();
    if (i == 0)
      bytes.remove_prefix(sent_);
    parts[filled].iov_base = const_cast<char*>(bytes.data());
    parts[filled].iov_len = bytes.size();
    ++filled;
  }
  return filled;
}

void outbox::consume(std::size_t bytes) noexcept {
  while (bytes > 0) {
    ROOKERY_CHECK(count_ > 0, "a socket takes no more than it was given");
    const std::size_t left = at(0).size() - sent_;
    if (bytes < left) {
      // A control frame that is partly sent counts as in flight.
      if (sent_ == 0 && controls_ > 0)
        --controls_;
      sent_ += static_cast<uint32_t>(bytes);
      return;
    }
    bytes -= left;
    if (sent_ == 0 && controls_ > 0)
      --controls_;
    pop_front();
  }
}

void outbox::pop_front() noexcept {
  bytes_ -= static_cast<uint32_t>(at(0).size());
  messages_ -= at(0).messages();
  at(0) = frame{};
  head_ = (head_ + 1) & (capacity_ - 1);
  --count_;
  sent_ = 0;
  if (count_ == 0)
    shrink();
}

uint32_t outbox::drop_waiting() noexcept {
  const uint32_t kept = sent_ > 0 ? 1 : 0;
  const uint32_t before = messages_;
  while (count_ > kept) {
    --count_;
    bytes_ -= static_cast<uint32_t>(at(count_).size());
    messages_ -= at(count_).messages();
    at(count_) = frame{};
  }
  controls_ = 0;
  shrink();
  return before - messages_;
}

} // namespace rookery

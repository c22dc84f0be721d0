#include "net/ws/message_buffer.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace rookery::ws {

namespace {
constexpr std::size_t first_bytes = 256;
} // namespace

message_buffer::~message_buffer() {
  std::free(data_);
}

void message_buffer::append(std::string_view bytes, std::size_t bytes_max) {
  if (bytes.empty())
    return;
  ROOKERY_CHECK(
      size_ <= bytes_max && bytes.size() <= bytes_max - size_,
      "the header is checked against the bound before its payload is kept");
  if (bytes.size() > capacity_ - size_)
    grow(size_ + bytes.size(), bytes_max);
  std::memcpy(data_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

std::span<char> message_buffer::room(std::size_t bytes_max) {
  if (size_ == capacity_ && size_ < bytes_max)
    grow(size_ + 1, bytes_max);
  const auto end = std::min(capacity_, bytes_max);
  return {data_ + size_, end - std::min(end, size_)};
}

void message_buffer::commit(std::size_t bytes) noexcept {
  ROOKERY_CHECK(bytes <= capacity_ - size_, "commit takes what room gave");
  size_ += bytes;
}

void message_buffer::clear(std::size_t capacity_max) noexcept {
  size_ = 0;
  if (capacity_ <= capacity_max)
    return;
  std::free(std::exchange(data_, nullptr));
  capacity_ = 0;
}

// realloc, because large blocks then move without being copied.
void message_buffer::grow(std::size_t bytes_min, std::size_t bytes_max) {
  const auto wanted = std::max({bytes_min, 2 * capacity_, first_bytes});
  const auto next = std::max(bytes_min, std::min(wanted, bytes_max));
  void* moved = std::realloc(data_, next);
  if (moved == nullptr)
    throw std::bad_alloc{};
  data_ = static_cast<char*>(moved);
  capacity_ = next;
}

} // namespace rookery::ws

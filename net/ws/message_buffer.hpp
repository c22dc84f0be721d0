#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace rookery::ws {

/// The bytes of one message while it is put together. Doubles as it grows, but
/// never takes more than the bound that its user passes.
class message_buffer {
public:
  message_buffer() noexcept = default;
  message_buffer(const message_buffer&) = delete;
  message_buffer& operator=(const message_buffer&) = delete;
  ~message_buffer();

  std::string_view view() const noexcept { return {data_, size_}; }
  std::size_t size() const noexcept { return size_; }

  /// Copies `bytes` behind what is there. Both together must fit the bound.
  void append(std::string_view bytes, std::size_t bytes_max);

  /// Room to write into behind what is there: as much as is allocated, or
  /// twice as much when that is full. Empty only at the bound.
  std::span<char> room(std::size_t bytes_max);
  /// Takes the first `bytes` of `room` into the message.
  void commit(std::size_t bytes) noexcept;

  /// Empties the buffer and gives memory above `capacity_max` back.
  void clear(std::size_t capacity_max) noexcept;

private:
  void grow(std::size_t bytes_min, std::size_t bytes_max);

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

} // namespace rookery::ws

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rookery {

/// What the node's memory budget is spent on.
enum class memory_kind : uint8_t {
  frames,   // all that live, each once, however many outboxes it waits in
  outboxes, // the queues themselves
  rings,    // the events that rooms keep
};
inline constexpr std::size_t memory_kinds = 3;

/// Bytes in use, by kind.
struct memory_use {
  std::array<uint64_t, memory_kinds> by_kind{};

  uint64_t of(memory_kind kind) const noexcept {
    return by_kind[static_cast<std::size_t>(kind)];
  }
  uint64_t total() const noexcept {
    uint64_t sum = 0;
    for (const auto one : by_kind)
      sum += one;
    return sum;
  }
};

/// Counts memory where it is taken and given back. Each thread has a shard of
/// cells to itself, as long as there are no more threads than shards, so that
/// none waits for another; what one thread takes another may give back.
///
/// Thread: any.
class memory_meter {
public:
  static constexpr std::size_t shards = 32;

  void take(memory_kind kind, std::size_t bytes) noexcept {
    cell(kind).fetch_add(bytes, std::memory_order_relaxed);
  }
  void give_back(memory_kind kind, std::size_t bytes) noexcept {
    cell(kind).fetch_sub(bytes, std::memory_order_relaxed);
  }
  /// Exact when no thread takes or gives back meanwhile; else what is on its
  /// way between two threads may be missing or be counted twice.
  memory_use in_use() const noexcept;

private:
  static constexpr std::size_t cache_line = 64;
  struct alignas(cache_line) shard {
    // One alone may be below zero, which wraps; their sum is right.
    std::array<std::atomic<uint64_t>, memory_kinds> cells{};
  };

  std::atomic<uint64_t>& cell(memory_kind kind) noexcept {
    return shards_[shard_of_this_thread()]
        .cells[static_cast<std::size_t>(kind)];
  }
  static std::size_t shard_of_this_thread() noexcept;

  std::array<shard, shards> shards_{};
};

/// The meter of this process.
extern memory_meter process_memory;

/// What the allocator hands out for a request of so many bytes: glibc puts 8
/// bytes before each piece and rounds up to 16.
constexpr std::size_t allocated_bytes(std::size_t asked) noexcept {
  return (asked + 8 + 15) & ~std::size_t{15};
}

} // namespace rookery

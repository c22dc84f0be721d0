#include "base/memory_meter.hpp"

namespace rookery {

constinit memory_meter process_memory;

std::size_t memory_meter::shard_of_this_thread() noexcept {
  static std::atomic<std::size_t> threads{0};
  thread_local std::size_t number = 0; // 0: this thread has none yet
  if (number == 0)
    number = threads.fetch_add(1, std::memory_order_relaxed) + 1;
  return number % shards;
}

memory_use memory_meter::in_use() const noexcept {
  memory_use sum;
  for (const auto& one : shards_)
    for (std::size_t kind = 0; kind < memory_kinds; ++kind)
      sum.by_kind[kind] += one.cells[kind].load(std::memory_order_relaxed);
  // Given back was seen, the taking before it was not.
  for (auto& bytes : sum.by_kind)
    if (static_cast<int64_t>(bytes) < 0)
      bytes = 0;
  return sum;
}

} // namespace rookery

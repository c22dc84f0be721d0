#include "actors/node/accept_capacity.hpp"

#include <algorithm>
#include <thread>

namespace rookery {

accept_capacity::accept_capacity(std::size_t threads, uint64_t most)
    : threads_(threads)
    , cores_(std::min<std::size_t>(
          threads, std::max(1u, std::thread::hardware_concurrency())))
    , most_(most) {}

uint64_t accept_capacity::measured(const accept_cost& ever) {
  clients_ += static_cast<double>(ever.clients - seen_.clients);
  cpu_ns_ += static_cast<double>(ever.cpu_ns - seen_.cpu_ns);
  seen_ = ever;
  if (const auto kept = static_cast<double>(remembered_clients);
      clients_ > kept) {
    cpu_ns_ *= kept / clients_;
    clients_ = kept;
  }
  auto per_second = unmeasured_per_thread * threads_;
  if (clients_ >= static_cast<double>(clients_min)) {
    const auto mean_ns = std::max(1.0, cpu_ns_ / clients_);
    per_second = static_cast<uint64_t>(
        share * static_cast<double>(cores_) * 1e9 / mean_ns);
  }
  per_second = std::max(per_second, per_second_min);
  return most_ > 0 ? std::min(per_second, most_) : per_second;
}

} // namespace rookery

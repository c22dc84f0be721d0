#pragma once

#include <cstddef>
#include <cstdint>

namespace rookery {

/// What accepting clients has cost so far.
struct accept_cost {
  uint64_t clients = 0;
  uint64_t cpu_ns = 0;

  accept_cost& operator+=(const accept_cost& more) noexcept {
    clients += more.clients;
    cpu_ns += more.cpu_ns;
    return *this;
  }
};

/// How many clients a node can accept per second beside its other work: a share
/// of its cores, by what the last thousand cost on average. A client costs more
/// than that later, when it subscribes and is sent what it missed; so the share
/// is small.
///
/// Pure. Thread: its owner's.
class accept_capacity {
public:
  static constexpr double share = 0.2; // of each core
  static constexpr uint64_t remembered_clients = 1000;
  /// Fewer are no measure.
  static constexpr uint64_t clients_min = 20;
  static constexpr uint64_t unmeasured_per_thread = 500;
  static constexpr uint64_t per_second_min = 100;

  /// `threads` are I/O threads; `most`: 0 is without limit.
  accept_capacity(std::size_t threads, uint64_t most);

  /// Takes in all that was counted up to now, and says the clients per second.
  uint64_t measured(const accept_cost& ever);

private:
  const std::size_t threads_;
  const std::size_t cores_; // that they can use
  const uint64_t most_;
  accept_cost seen_;   // ever
  double clients_ = 0; // remembered
  double cpu_ns_ = 0;  // of those
};

} // namespace rookery

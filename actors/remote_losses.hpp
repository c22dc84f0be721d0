#pragma once

#include "base/metrics/cluster_counts.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace rookery {

/// Counts what topics without a log do not get of other nodes. A storm of it
/// makes one line of the log in `warn_interval`, with all counts until then.
/// Thread: any.
class remote_losses {
public:
  static constexpr std::chrono::seconds warn_interval{10};

  enum class cause : uint8_t { full, bus, unreadable };

  /// `subject` is where it happened; of a line it is one of many.
  void note(cause why, std::string_view subject, uint64_t messages = 1);
  remote_loss_counts counts() const;

private:
  bool may_warn();

  std::array<std::atomic<uint64_t>, 3> counts_{};
  std::atomic<int64_t> quiet_until_ns_{INT64_MIN};
};

} // namespace rookery

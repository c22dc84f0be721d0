#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

// What connections have in common at one moment. A thread finds it out when it
// is asked, a part of its connections at a time, so that delivering costs
// nothing for it.

namespace rookery {

/// Upper bounds of buckets for things that are counted: powers of 4.
inline constexpr std::array<uint64_t, 11> size_bounds{
    1, 4, 16, 64, 256, 1024, 4096, 16'384, 65'536, 262'144, 1'048'576};

/// How values are spread at one moment; zeros are left out.
struct spread {
  std::array<uint64_t, size_bounds.size() + 1> counts{};
  uint64_t sum = 0;

  void observe(uint64_t value) noexcept {
    if (value == 0)
      return;
    const auto* bound =
        std::lower_bound(size_bounds.begin(), size_bounds.end(), value);
    ++counts[static_cast<std::size_t>(bound - size_bounds.begin())];
    sum += value;
  }
  void add(const spread& other) noexcept {
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] += other.counts[i];
    sum += other.sum;
  }
};

/// Connections of some threads, as they are now.
struct connection_survey {
  uint64_t connecting = 0; // of the node
  uint64_t open = 0;
  uint64_t closing = 0;
  uint64_t blocked = 0;   // their socket is full
  spread outbox_messages; // of each that has some
  spread outbox_bytes;
  uint64_t subscriptions_behind = 0; // being repaired
  uint64_t subscriptions_paused = 0; // by their client
  spread lag;                        // messages, of each subscription
  spread lag_ms;                     // since each was live

  void add(const connection_survey& other) noexcept {
    open += other.open;
    closing += other.closing;
    blocked += other.blocked;
    outbox_messages.add(other.outbox_messages);
    outbox_bytes.add(other.outbox_bytes);
    subscriptions_behind += other.subscriptions_behind;
    subscriptions_paused += other.subscriptions_paused;
    lag.add(other.lag);
    lag_ms.add(other.lag_ms);
  }
};

} // namespace rookery

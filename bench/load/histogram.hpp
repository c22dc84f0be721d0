#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rookery::load {

/// Counts durations in log-linear buckets: 64 per power of two, so a quantile
/// is at most 1/64 too high. Fixed size, whatever is recorded.
class histogram {
public:
  void record(std::chrono::nanoseconds value);

  /// The smallest bound that `share` (0..1) of all values do not pass; zero
  /// without values.
  [[nodiscard]] std::chrono::nanoseconds quantile(double share) const;

  [[nodiscard]] std::chrono::nanoseconds max() const { return max_; }

private:
  static constexpr unsigned octave_bits = 6;
  static constexpr std::size_t per_octave = std::size_t{1} << octave_bits;
  // Values of up to 2^42 ns, more than an hour; longer ones share the last
  // bucket.
  static constexpr std::size_t octaves_max = 42 - octave_bits + 1;

  static std::size_t bucket_of(uint64_t value);
  static uint64_t upper_bound_of(std::size_t bucket);

  std::array<uint64_t, per_octave * octaves_max> counts_{};
  uint64_t total_ = 0;
  std::chrono::nanoseconds max_{0};
};

} // namespace rookery::load

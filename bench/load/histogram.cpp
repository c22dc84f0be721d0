#include "bench/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace rookery::load {

void histogram::record(std::chrono::nanoseconds value) {
  auto ns = static_cast<uint64_t>(std::max<int64_t>(value.count(), 0));
  ++counts_[bucket_of(ns)];
  ++total_;
  max_ = std::max(max_, value);
}

std::chrono::nanoseconds histogram::quantile(double share) const {
  auto wanted =
      static_cast<uint64_t>(std::ceil(share * static_cast<double>(total_)));
  uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted && seen > 0)
      return std::min(max_, std::chrono::nanoseconds{upper_bound_of(bucket)});
  }
  return std::chrono::nanoseconds{0};
}

// Values below 64 have a bucket each. From there on the leading one bit gives
// the octave and the next six bits the place in it.
std::size_t histogram::bucket_of(uint64_t value) {
  if (value < per_octave)
    return value;
  auto octave = static_cast<std::size_t>(std::bit_width(value)) - octave_bits;
  auto place = (value >> (octave - 1)) - per_octave;
  return std::min(octave * per_octave + place, per_octave * octaves_max - 1);
}

uint64_t histogram::upper_bound_of(std::size_t bucket) {
  if (bucket < per_octave)
    return bucket;
  auto octave = bucket / per_octave;
  auto place = bucket % per_octave;
  return ((per_octave + place + 1) << (octave - 1)) - 1;
}

} // namespace rookery::load

#include "cluster/membership/life.hpp"

#include <algorithm>
#include <random>

namespace rookery {

namespace {

constexpr unsigned random_bits = 20;
constexpr uint64_t random_mask = (uint64_t{1} << random_bits) - 1;
constexpr uint64_t life_max = (uint64_t{1} << 63) - 1;

} // namespace

node_life make_life(
    std::chrono::milliseconds since_1970, uint64_t random,
    node_life above) noexcept {
  const auto bits = random & random_mask;
  const auto ms = static_cast<uint64_t>(std::max<int64_t>(
      since_1970.count(), 1)); // a clock before 1970 counts as its start
  const auto by_clock =
      std::min(ms, life_max >> random_bits) << random_bits | bits;
  // Not just the next one: two nodes may be told the same `above`.
  return by_clock > above ? by_clock : std::min(above + 1 + bits, life_max);
}

node_life make_life(node_life above) {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return make_life(
      std::chrono::duration_cast<std::chrono::milliseconds>(wall),
      std::random_device{}(), above);
}

} // namespace rookery

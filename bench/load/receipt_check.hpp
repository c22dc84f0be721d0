#pragma once

#include "bench/load/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_set>

namespace rookery::load {

/// Judges the receipts of one publisher: each of its publishes gets one, and a
/// log puts them one behind the other, whatever the order of the receipts.
/// Holds what is under way, so as much as the publisher's window.
class receipt_check {
public:
  /// Ids count up from `first_id`.
  explicit receipt_check(uint32_t first_id)
      : first_(first_id) {}

  /// The id of a publish that is sent now.
  uint32_t sends(instant now);

  /// When the publish was sent; nothing if the receipt is wrong: for no
  /// publish that waits for one, or at an offset not behind those before it.
  /// Zero is no offset; a topic has offsets or has none.
  [[nodiscard]] std::optional<instant> saw(uint32_t id, uint64_t offset);

  [[nodiscard]] std::size_t under_way() const { return under_way_; }

private:
  struct publish {
    instant sent;
    std::optional<uint64_t> offset;
  };

  /// From the first without a receipt on, whose id is `first_`.
  std::deque<publish> sent_;
  std::size_t under_way_ = 0;
  uint32_t first_;
  uint64_t offset_before_ = 0;
};

/// The offsets that the log of a topic has given out; they may have holes.
class offset_check {
public:
  /// What JavaScript counts exactly.
  static constexpr uint64_t offset_max = uint64_t{1} << 53;

  /// False if it was given out before, or is out of bounds.
  [[nodiscard]] bool saw(uint64_t offset);

private:
  std::unordered_set<uint64_t> given_;
};

} // namespace rookery::load

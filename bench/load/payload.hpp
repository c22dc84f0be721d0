#pragma once

#include "bench/load/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rookery::load {

/// What a published payload says about itself. `sent` is when it was due, not
/// when there was time for it, so that a stalled server cannot hide its stall.
struct stamp {
  uint32_t publisher = 0;
  uint32_t number = 0;
  instant sent{};
};

/// Payloads of one size: a mark, the stamp in hexadecimal, dots. Only
/// characters that mean themselves in JSON and to every product measured.
/// Example (40 bytes): "@rkb0000000700000001000000012a05f200....".
class payload_format {
public:
  static constexpr std::string_view mark = "@rkb";
  static constexpr std::size_t bytes_min = mark.size() + 8 + 8 + 16;

  explicit payload_format(std::size_t bytes);

  [[nodiscard]] std::size_t size() const { return blank_.size(); }

  [[nodiscard]] std::string write(const stamp& from) const;

  /// Finds the next payload in `message` and moves its end to the front of
  /// it. Nothing if there is none, or if only a part of it or no sound one is
  /// there.
  [[nodiscard]] std::optional<stamp> take(std::string_view& message) const;

private:
  std::string blank_;
};

} // namespace rookery::load

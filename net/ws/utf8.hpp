#pragma once

#include <cstdint>
#include <string_view>

namespace rookery::ws {

/// Validates UTF-8 that arrives in pieces, cut anywhere: RFC 3629, so neither
/// overlong forms nor surrogates nor anything above U+10FFFF.
class utf8_validator {
public:
  /// False as soon as a piece has an octet that no valid text can have at its
  /// place; false for good then.
  [[nodiscard]] bool feed(std::string_view octets) noexcept;

  /// Whether the text may end here: not within a character.
  bool complete() const noexcept { return state_ == 0; }

private:
  uint8_t state_ = 0;
};

[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
  utf8_validator validator;
  return validator.feed(text) && validator.complete();
}

} // namespace rookery::ws

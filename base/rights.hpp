#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace rookery {

/// What somebody may do with a topic. The names are the words of the
/// configuration (`allow`) and of a token's `topics` claim.
enum class right : uint8_t {
  subscribe,
  publish,
  presence, // see who is there
  history,  // read what was said before
  send,     // direct messages, to the user whose topic it is
  lobby,    // create, take a seat, and all that follows
  state,    // change a room's state
};

inline constexpr std::array all_rights{
    right::subscribe, right::publish, right::presence, right::history,
    right::send,      right::lobby,   right::state};

/// "subscribe"
std::string_view name(right one) noexcept;

class right_set {
public:
  constexpr right_set() = default;
  constexpr right_set(std::initializer_list<right> rights) noexcept {
    for (const auto one : rights)
      bits_ |= bit(one);
  }

  static constexpr right_set all() noexcept {
    right_set set;
    for (const auto one : all_rights)
      set.bits_ |= bit(one);
    return set;
  }

  constexpr bool has(right one) const noexcept {
    return (bits_ & bit(one)) != 0;
  }
  constexpr bool empty() const noexcept { return bits_ == 0; }

  friend constexpr right_set operator|(right_set a, right_set b) noexcept {
    a.bits_ |= b.bits_;
    return a;
  }
  friend constexpr right_set operator&(right_set a, right_set b) noexcept {
    a.bits_ &= b.bits_;
    return a;
  }
  /// Those of `a` that `b` has not.
  friend constexpr right_set operator-(right_set a, right_set b) noexcept {
    a.bits_ &= static_cast<uint8_t>(~b.bits_);
    return a;
  }
  friend constexpr bool operator==(right_set, right_set) noexcept = default;

private:
  static constexpr uint8_t bit(right one) noexcept {
    return static_cast<uint8_t>(1u << static_cast<unsigned>(one));
  }

  uint8_t bits_ = 0;
};

/// One word of a configuration or token: a right's name, or `all`.
std::optional<right_set> parse_right(std::string_view word) noexcept;

/// Such words, separated by one `separator` each. Empty text: no rights.
std::optional<right_set>
parse_rights(std::string_view words, char separator) noexcept;

/// "subscribe publish", "all", or "nothing".
std::string describe(right_set rights);

} // namespace rookery
